// One run: where it stands and why, its attempts, curves, checkpoints, events and log.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { hrefTo, type Address } from '../address';
import { Chart, type Line } from '../chart';
import { ask, Refused } from '../controller';
import { curvesOf, stepParts, type Curve } from '../curves';
import type { Attempt, Explanation, MetricRow, Run, Show } from '../documents';
import { ago, amount, bytes, duration, moment, number, percent, whole } from '../format';
import { useMetrics } from '../metrics';
import { Num, Section, StateWord } from '../parts';
import { sizeColor } from '../sizes';
import { useTheme, type Theme } from '../theme';
import { useNamed, useNow, useWorld } from '../world';
import { Actions } from './actions';
import { Gantt } from './gantt';
import { LogTail } from './log';

interface Known {
  show: Show;
  why: string | null;
}

/** The run's document, again whenever its stand has changed. */
function useShow(id: string, stand: string): Known | Refused | null {
  const [known, set] = useState<Known | Refused | null>(null);
  useEffect(() => {
    let gone = false;
    const path = `runs/${encodeURIComponent(id)}`;
    const read = async () => {
      const show = await ask<Show>(path);
      const settled = ['done', 'failed', 'cancelled'].includes(show.state);
      const why = settled ? show.why : (await ask<Explanation>(`${path}/explain`)).why;
      if (!gone) set({ show, why });
    };
    read().catch((broken) => {
      if (!gone) set(broken instanceof Refused ? broken : new Refused(0, String(broken)));
    });
    return () => void (gone = true);
  }, [id, stand]);
  return known;
}

function Facts({ run, now }: { run: Run; now: number }) {
  const facts: [string, string, string][] = [
    ['step', `${whole(run.step)} of ${whole(run.target_step)}`, ''],
    ['train loss', number(run.train_loss), String(run.train_loss)],
    ['test loss', number(run.test_loss), String(run.test_loss)],
    ['mean rate', number(run.baseline_loss), String(run.baseline_loss)],
    ['correlation', number(run.test_correlation), String(run.test_correlation)],
    ['MFU', percent(run.mfu_run), run.mfu_basis ?? ''],
    ['waiting for data', percent(run.data_wait_fraction), ''],
    ['FLOPs', number(run.flops), String(run.flops)],
    ['device time', run.device_hours === null ? '–' : duration(run.device_hours * 3600), ''],
    ['newest word', ago(run.reported_at, now), moment(run.reported_at)],
  ];
  if (run.state === 'running') facts.push(['ends in', duration(run.eta_s), '']);
  return (
    <dl class="facts across">
      {facts.map(([name, value, title]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={title === 'null' ? '' : title}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function lineOf(rows: MetricRow[], name: string, color: string, label = name): Line[] {
  const curve = curvesOf(rows, 'step').get(name);
  if (!curve || curve.y.every((value) => value === null)) return [];
  return [{ id: name, label, color, curve }];
}

/** What of a step's time no part accounts for. */
function restOf(curves: Map<string, Curve>, parts: Curve[]): Curve[] {
  const whole = curves.get('step_s');
  if (!whole || parts.length === 0) return [];
  const told = new Map<number, number>();
  for (const { x, y } of parts)
    x.forEach((at, k) => told.set(at, (told.get(at) ?? 0) + (y[k] ?? 0)));
  const y = whole.y.map((value, k) =>
    value === null ? null : Math.max(0, value - (told.get(whole.x[k]) ?? 0)),
  );
  const matters = y.some((value, k) => (value ?? 0) > 0.01 * (whole.y[k] ?? 0));
  return matters ? [{ x: whole.x, y }] : [];
}

function partsOf(rows: MetricRow[], { dark, faint }: Theme): Line[] {
  const curves = curvesOf(rows, 'step');
  const known = stepParts.filter((name) => curves.get(name)?.y.some((value) => value !== null));
  const lines = known.map((name, k) => {
    const color = sizeColor(known.length < 2 ? 0.5 : k / (known.length - 1), dark);
    const label = name.slice(0, -2).replaceAll('_', ' ');
    return { id: name, label, color, fill: color, curve: curves.get(name)! };
  });
  const rest = restOf(
    curves,
    lines.map((line) => line.curve),
  );
  return [
    ...lines,
    ...rest.map((curve) => ({ id: 'rest', label: 'not told', color: faint, fill: faint, curve })),
  ];
}

/** Where an attempt went on from another one: its curves may step back there. */
function marksOf(attempts: Attempt[]): { x: number; label: string }[] {
  return attempts.flatMap((attempt, k) => {
    const x = attempt.resumed_from_step ?? attempt.first_step;
    const before = attempts[k - 1]?.class;
    return k === 0 || x === null ? [] : [{ x, label: before?.replaceAll('_', ' ') ?? 'resumed' }];
  });
}

function Curves({ run, rows, show }: { run: Run; rows: MetricRow[]; show: Show }) {
  const theme = useTheme();
  const { accent, muted } = theme;
  const drawn = useMemo(() => {
    const loss = [
      ...lineOf(rows, 'train_loss', muted, 'training loss'),
      ...lineOf(rows, 'test_loss', accent, 'test loss'),
    ];
    const single = [
      ['mfu_step', 'MFU', 'of the peak'],
      ['learning_rate', 'learning rate', ''],
      ['grad_norm', 'gradient norm', ''],
      ['windows_per_s', 'windows per second', ''],
      ['memory_bytes', 'memory', 'bytes'],
    ].map(([name, title, unit]) => ({ name, title, unit, lines: lineOf(rows, name, accent) }));
    return { loss, parts: partsOf(rows, theme), single };
  }, [rows, theme]);
  const marks = marksOf(show.attempts);
  if (drawn.loss.length + drawn.parts.length === 0) {
    return <p class="quiet">Nothing has been reported yet.</p>;
  }
  return (
    <div class="cards">
      {drawn.loss.length > 0 && (
        <Chart
          name={`${run.id}-loss`}
          title="loss"
          xLabel="step"
          lines={drawn.loss}
          marks={marks}
          named
        />
      )}
      {drawn.parts.length > 0 && (
        <Chart
          name={`${run.id}-step`}
          title="time of a step"
          unit="s"
          xLabel="step"
          lines={drawn.parts}
          marks={marks}
          stacked
          named
        />
      )}
      {drawn.single
        .filter((one) => one.lines.length > 0)
        .map(({ name, title, unit, lines }) => (
          <Chart
            key={name}
            name={`${run.id}-${name}`}
            title={title}
            unit={unit}
            xLabel="step"
            lines={lines}
            marks={marks}
          />
        ))}
    </div>
  );
}

function Attempts({ show, now }: { show: Show; now: number }) {
  const failed = show.attempts.filter((attempt) => attempt.class !== null);
  return (
    <Section title="Attempts">
      <Gantt attempts={show.attempts} now={now} />
      {failed.length > 0 && (
        <ul class="evidence">
          {failed.map((attempt) => (
            <li key={attempt.number}>
              attempt {attempt.number}: {attempt.class!.replaceAll('_', ' ')}
              {attempt.nodes.length > 0 && ` on ${attempt.nodes.join(', ')}`}
              {attempt.evidence && (
                <>
                  {' '}
                  by {attempt.evidence.source.replaceAll('_', ' ')}:{' '}
                  <code>{attempt.evidence.line ?? '–'}</code>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Evaluations({ show }: { show: Show }) {
  if (show.evals.length === 0) return null;
  return (
    <Section title="Evaluations">
      <div class="scroll" tabIndex={0} role="region" aria-label="evaluations">
        <table class="plain">
          <thead>
            <tr>
              {['step', 'strategy', 'tier', 'loss', 'mean rate', 'correlation', 'n'].map((name) => (
                <th scope="col" class={name === 'strategy' || name === 'tier' ? '' : 'number'}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {show.evals.map((one) => (
              <tr key={`${one.step} ${one.strategy} ${one.tier}`}>
                <td class="number">{whole(one.step)}</td>
                <td>{one.strategy}</td>
                <td>{one.tier}</td>
                <td class="number">
                  <Num value={one.loss} />
                </td>
                <td class="number">
                  <Num value={one.baseline_loss} />
                </td>
                <td class="number">
                  <Num value={one.correlation} />
                </td>
                <td class="number">{whole(one.n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Checkpoints({ show }: { show: Show }) {
  if (show.checkpoints.length === 0) return null;
  const newest = [...show.checkpoints].reverse().slice(0, 12);
  const more = show.checkpoints.length - newest.length;
  return (
    <Section title={`Checkpoints (${show.checkpoints.length})`}>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col" class="number">
              step
            </th>
            <th scope="col" class="number">
              attempt
            </th>
            <th scope="col" class="number">
              size
            </th>
            <th scope="col">folder</th>
          </tr>
        </thead>
        <tbody>
          {newest.map((one) => (
            <tr key={`${one.attempt} ${one.step}`}>
              <td class="number">{whole(one.step)}</td>
              <td class="number">{one.attempt}</td>
              <td class="number">{bytes(one.bytes)}</td>
              <td>
                <code title={`SHA-256 ${one.sha256}`}>{one.path}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p class="note">and {more} older ones</p>}
    </Section>
  );
}

function Events({ show, now }: { show: Show; now: number }) {
  const newest = [...show.events].reverse().slice(0, 60);
  return (
    <Section title="Events">
      {newest.length === 0 && <p class="quiet">None yet.</p>}
      <ol class="events">
        {newest.map((event) => (
          <li key={event.id}>
            <span class="when" title={moment(event.at)}>
              {ago(event.at, now)}
            </span>
            <span class="kind">{event.kind.replaceAll('_', ' ')}</span>
            <span>{event.text}</span>
          </li>
        ))}
        {show.skipped.map((one) => (
          <li key={`skipped ${one.from}`}>
            <span class="when" />
            <span class="kind">skipped</span>
            <span>
              steps {one.from} to {one.to}: {one.why}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

export function RunView({ address }: { address: Address }) {
  const world = useWorld();
  const now = useNow();
  useNamed([address.name]);
  const seen = world.runs.get(address.name);
  const stand = `${seen?.state} ${seen?.step} ${seen?.attempt}`;
  const known = useShow(address.name, stand);
  const rows = useMetrics([address.name]).get(address.name) ?? [];
  if (known instanceof Refused) return <p class="empty">{known.message}</p>;
  if (known === null || known.show.id !== address.name) return <div class="run" />;
  const { show, why } = known;
  const run = seen ?? show;
  return (
    <div class="run">
      <p class="path">
        {show.sweeps.map((name) => (
          <a key={name} href={hrefTo(address, 'sweep', name)}>
            {name}
          </a>
        ))}
      </p>
      <h1>
        <code>{show.id}</code> <StateWord state={run.state} /> <Actions run={run} />
      </h1>
      <p class="values">
        {[
          run.size,
          run.subset,
          run.seed === null ? null : `seed ${run.seed}`,
          run.params_shared === null ? null : `${amount(run.params_shared)} parameters`,
        ]
          .filter((part) => part !== null)
          .join(' · ')}
      </p>
      {why && <p class={run.state === 'failed' ? 'alarm why' : 'why'}>{why}</p>}
      <Facts run={run} now={now} />
      <Attempts show={show} now={now} />
      <Section title="Curves">
        <Curves run={run} rows={rows} show={show} />
      </Section>
      <div class="columns">
        <Evaluations show={show} />
        <Checkpoints show={show} />
        <Events show={show} now={now} />
      </div>
      <Section title="Log">
        <LogTail
          run={show.id}
          attempts={show.attempts.map((attempt) => attempt.number)}
          live={run.state === 'running'}
        />
      </Section>
    </div>
  );
}
