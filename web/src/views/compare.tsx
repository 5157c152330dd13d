// Two runs beside each other: what they differ in, and their curves over each other.
import { useEffect, useState } from 'preact/hooks';
import type { Address } from '../address';
import { ask, queryOf, Refused } from '../controller';
import { toCsv } from '../csv';
import type { Difference, Run } from '../documents';
import { download } from '../download';
import { duration, percent } from '../format';
import { Empty, Num, RunLink, Section, StateWord } from '../parts';
import { useNamed, useWorld } from '../world';
import { Curves } from './runs';

function useDifference(a: string, b: string): Difference[] | Refused | null {
  const [known, set] = useState<Difference[] | Refused | null>(null);
  useEffect(() => {
    let gone = false;
    ask<{ differs: Difference[] }>(`diff${queryOf({ a, b })}`)
      .then(({ differs }) => !gone && set(differs))
      .catch((refused) => !gone && set(refused as Refused));
    return () => void (gone = true);
  }, [a, b]);
  return known;
}

const facts: [string, (run: Run) => preact.ComponentChildren][] = [
  ['state', (run) => <StateWord state={run.state} />],
  ['size', (run) => run.size ?? '–'],
  ['sessions', (run) => run.subset ?? '–'],
  ['seed', (run) => run.seed ?? '–'],
  ['test loss', (run) => <Num value={run.test_loss} />],
  ['train loss', (run) => <Num value={run.train_loss} />],
  ['correlation', (run) => <Num value={run.test_correlation} />],
  ['FLOPs', (run) => <Num value={run.flops} />],
  ['MFU', (run) => <Num value={run.mfu_run} text={percent(run.mfu_run)} />],
  [
    'device time',
    (run) => (
      <Num
        value={run.device_hours}
        text={run.device_hours === null ? '–' : duration(run.device_hours * 3600)}
      />
    ),
  ],
];

/** How its curves are drawn. */
function Stroke({ dashed }: { dashed: boolean }) {
  return (
    <svg width="22" height="8" aria-hidden="true">
      <path
        d="M0 4h22"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-dasharray={dashed ? '6 3' : undefined}
      />
    </svg>
  );
}

function Facts({ address, runs }: { address: Address; runs: [Run, Run] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="both runs">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">quantity</span>
            </th>
            {runs.map((run, k) => (
              <th scope="col" key={run.id}>
                <RunLink address={address} run={run} /> <Stroke dashed={k === 1} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {facts.map(([name, cell]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {runs.map((run) => (
                <td key={run.id}>{cell(run)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function textOf(value: unknown): string {
  return value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}

function Differences({ differs }: { differs: Difference[] | Refused | null }) {
  if (differs === null) return null;
  if (differs instanceof Refused) return <p class="alarm">{differs.message}</p>;
  if (differs.length === 0) return <p class="quiet">Both are the same point.</p>;
  const csv = () =>
    download(
      'difference.csv',
      'text/csv',
      toCsv(
        ['what', 'a', 'b'],
        differs.map(({ pointer, a, b }) => [pointer, a, b]),
      ),
    );
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="differences">
        <table class="plain differences">
          <thead>
            <tr>
              {['what', 'first', 'second'].map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differs.map(({ pointer, a, b }) => (
              <tr key={pointer}>
                <th scope="row">
                  <code>{pointer.slice(1).replaceAll('/', '.')}</code>
                </th>
                <td>{textOf(a)}</td>
                <td>{textOf(b)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <span class="exports">
        <button type="button" onClick={csv} title="these differences as a file">
          CSV
        </button>
      </span>
    </>
  );
}

export function Compare({ address }: { address: Address }) {
  const world = useWorld();
  const [a = '', b = ''] = address.name.split(',');
  const [highlighted, highlight] = useState<string | null>(null);
  useNamed([a, b]);
  const differs = useDifference(a, b);
  const runs = [a, b].flatMap((id) => world.runs.get(id) ?? []);
  if (a === '' || b === '' || differs instanceof Refused) {
    return (
      <Empty>
        {differs instanceof Refused ? `${differs.message}. ` : ''}Select two runs in the table with{' '}
        <kbd>x</kbd>, then <kbd>c</kbd>.
      </Empty>
    );
  }
  if (runs.length < 2) return <div class="compare" />;
  return (
    <div class="compare">
      <h1>Two runs</h1>
      <div class="columns">
        <Facts address={address} runs={[runs[0], runs[1]]} />
        <Section title="What they differ in">
          <Differences differs={differs} />
        </Section>
      </div>
      <Curves
        address={address}
        runs={runs}
        why="solid: the first, dashed: the second"
        highlighted={highlighted}
        highlight={highlight}
      />
    </div>
  );
}
