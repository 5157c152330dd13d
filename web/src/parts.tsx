// Small pieces that several views share.
import type { ComponentChildren } from 'preact';
import type { Address } from './address';
import { hrefTo } from './address';
import type { Counts, Maybe, Run, State } from './documents';
import { states } from './documents';
import { dash, exact, number } from './format';

const glyphs: Record<State, string> = {
  running: '▶',
  waiting: '○',
  held: '‖',
  done: '●',
  failed: '✕',
  cancelled: '–',
};

/** The state as shape and word: never color alone. */
export function StateWord({ state }: { state: State }) {
  return (
    <span class={`state ${state}`}>
      <span aria-hidden="true">{glyphs[state]}</span> {state}
    </span>
  );
}

/** A number with three digits, and all of them on hover. */
export function Num(props: { value: Maybe<number> | undefined; text?: string }) {
  const text = props.text ?? number(props.value);
  return text === dash ? (
    <span class="unknown">{dash}</span>
  ) : (
    <span title={exact(props.value)}>{text}</span>
  );
}

/** How many runs stand where, as one bar with its words below. */
export function CountsBar({ counts }: { counts: Counts }) {
  const total = states.reduce((sum, state) => sum + counts[state], 0);
  const present = states.filter((state) => counts[state] > 0);
  const order: State[] = ['done', 'running', 'waiting', 'held', 'failed', 'cancelled'];
  return (
    <div class="counts">
      <svg class="bar" height="8" width="100%" role="img" aria-label="runs by state">
        {total > 0 &&
          order.reduce<{ at: number; parts: ComponentChildren[] }>(
            ({ at, parts }, state) => {
              const share = (100 * counts[state]) / total;
              const part = <rect class={state} x={`${at}%`} width={`${share}%`} height="8" />;
              return { at: at + share, parts: [...parts, part] };
            },
            { at: 0, parts: [] },
          ).parts}
      </svg>
      <span class="legend">
        {present.map((state) => (
          <span>
            <StateWord state={state} /> {counts[state].toLocaleString('en')}
          </span>
        ))}
      </span>
    </div>
  );
}

export function shortId(id: string): string {
  return id.slice(0, 8);
}

export function RunLink({ address, run }: { address: Address; run: Pick<Run, 'id'> }) {
  return (
    <a class="id" href={hrefTo(address, 'run', run.id)} title={run.id}>
      {shortId(run.id)}
    </a>
  );
}

/** How far a run is, of its target. */
export function Progress({ run }: { run: Run }) {
  const share = run.state === 'done' ? 1 : (run.step ?? 0) / Math.max(1, run.target_step);
  return (
    <span class="progress" title={`step ${run.step ?? dash} of ${run.target_step}`}>
      <svg width="44" height="6" aria-hidden="true">
        <rect class="whole" width="44" height="6" rx="1" />
        <rect class={run.state} width={44 * Math.min(share, 1)} height="6" rx="1" />
      </svg>
      {Math.floor(100 * share)} %
    </span>
  );
}

/** Why there is nothing, and what to type. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Section(props: { title: string; children: ComponentChildren; id?: string }) {
  return (
    <section class="section" id={props.id} aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

export function Toggle(props: { on: boolean; label: string; set: (on: boolean) => void }) {
  return (
    <label class="toggle">
      <input
        type="checkbox"
        checked={props.on}
        onChange={(event) => props.set((event.target as HTMLInputElement).checked)}
      />
      {props.label}
    </label>
  );
}

export function Choice(props: {
  label: string;
  value: string;
  choices: [string, string][];
  set: (value: string) => void;
}) {
  return (
    <label class="choice">
      {props.label}
      <select
        value={props.value}
        onChange={(event) => props.set((event.target as HTMLSelectElement).value)}
      >
        {props.choices.map(([value, label]) => (
          <option value={value} selected={value === props.value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
