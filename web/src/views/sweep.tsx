// A sweep: what was planned beside what is done, and what it has cost over time.
import * as Plot from '@observablehq/plot';
import { useEffect, useState } from 'preact/hooks';
import { hrefTo, toHash, type Address } from '../address';
import { ask, Refused } from '../controller';
import type { Run, SweepDocument } from '../documents';
import { Figure } from '../figure';
import { dollars, duration, exact, moment, number, tick } from '../format';
import { CountsBar, Section } from '../parts';
import { sizesOf } from '../sizes';
import { useTheme } from '../theme';
import { useNow, useRuns, useWorld } from '../world';

function useSweep(name: string, stand: string): SweepDocument | Refused | null {
  const [known, set] = useState<SweepDocument | Refused | null>(null);
  useEffect(() => {
    let gone = false;
    ask<SweepDocument>(`sweeps/${encodeURIComponent(name)}`)
      .then((answer) => !gone && set(answer))
      .catch((refused) => !gone && set(refused as Refused));
    return () => void (gone = true);
  }, [name, stand]);
  return known;
}

/** How many of a column's runs are done, by size: the plan as a grid. */
function budgetOf(run: Run): string {
  const budget = run.values?.['budget.flops'];
  return typeof budget === 'number' ? String(budget) : '';
}

function Cell({ runs, address }: { runs: Run[]; address: Address }) {
  if (runs.length === 0) return <td class="number unknown">–</td>;
  const done = runs.filter((run) => run.state === 'done').length;
  const failed = runs.filter((run) => run.state === 'failed').length;
  const text = runs.length === 1 ? oneOf(runs[0]) : `${done} of ${runs.length}`;
  const only = runs.length === 1 ? hrefTo(address, 'run', runs[0].id) : undefined;
  return (
    <td class={`number ${failed > 0 ? 'alarm' : done === runs.length ? 'complete' : ''}`}>
      {only ? <a href={only}>{text}</a> : text}
      {failed > 0 && runs.length > 1 && `, ${failed} failed`}
    </td>
  );
}

function oneOf(run: Run): string {
  return run.state === 'done' ? number(run.test_loss) : run.state;
}

function Grid({ runs, address }: { runs: Run[]; address: Address }) {
  const { names } = sizesOf(runs, false);
  const budgets = [...new Set(runs.map(budgetOf))].sort((a, b) => Number(a) - Number(b));
  if (names.length === 0 || budgets.length > 16) return null;
  return (
    <Section title="Plan against progress">
      <div class="scroll" tabIndex={0} role="region" aria-label="plan against progress">
        <table class="plain grid">
          <caption>test loss of one run, or how many of several are done</caption>
          <thead>
            <tr>
              <th scope="col">size</th>
              {budgets.map((budget) => (
                <th scope="col" class="number" key={budget}>
                  {budget === '' ? 'runs' : `${tick(Number(budget))} FLOPs`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">
                  <a href={toHash({ view: 'runs', name: '', settings: { q: `size=${name}` } })}>
                    {name}
                  </a>
                </th>
                {budgets.map((budget) => (
                  <Cell
                    key={budget}
                    address={address}
                    runs={runs.filter((run) => run.size === name && budgetOf(run) === budget)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

interface Point {
  hours: number;
  spent: number;
  done: number;
  at: number;
}

function historyOf(document: SweepDocument, now: number): Point[] {
  const from = document.submitted_at;
  const list = [{ at: from, done: 0, device_hours: 0 }, ...document.history];
  if (document.eta_s !== 0) {
    const { done, device_hours } = list[list.length - 1];
    list.push({ at: now, done, device_hours });
  }
  return list.map(({ at, done, device_hours }) => ({
    hours: (at - from) / 3600,
    spent: device_hours,
    done,
    at,
  }));
}

/** Name, how many of them are an hour, and up to how many hours they are used. */
const units: [string, number, number][] = [
  ['seconds', 3600, 0.1],
  ['minutes', 60, 3],
  ['hours', 1, 72],
  ['days', 1 / 24, Infinity],
];

function Burn({ document, now }: { document: SweepDocument; now: number }) {
  const theme = useTheme();
  const points = historyOf(document, now);
  const last = points[points.length - 1];
  const planned = document.planned.device_hours;
  const limits = planned === null ? [] : [planned];
  const [unit, scale] = units.find(([, , most]) => last.hours < most)!;
  const options = (width: number): Plot.PlotOptions => ({
    height: Math.min(260, Math.round(width * 0.5)),
    marginLeft: 56,
    marginBottom: 42,
    x: {
      label: `${unit} since it was submitted`,
      grid: true,
      tickFormat: tick,
    },
    y: { label: 'device-hours', grid: true, tickFormat: tick, zero: true },
    marks: [
      Plot.ruleY(limits, { stroke: theme.muted, strokeDasharray: '4 3' }),
      Plot.areaY(points, {
        x: (point: Point) => point.hours * scale,
        y: 'spent',
        curve: 'step-after',
        fill: theme.accent,
        fillOpacity: 0.12,
      }),
      Plot.line(points, {
        x: (point: Point) => point.hours * scale,
        y: 'spent',
        curve: 'step-after',
        stroke: theme.accent,
        strokeWidth: 1.6,
      }),
      Plot.tip(
        points,
        Plot.pointerX({
          x: (point: Point) => point.hours * scale,
          y: 'spent',
          title: (point: Point) =>
            `${number(point.spent)} device-hours\n${point.done} runs done\n${moment(point.at)}`,
          fill: theme.ground,
          stroke: theme.line,
        }),
      ),
    ],
  });
  return (
    <Figure
      name={`${document.name}-spend`}
      title="Device-hours of attempts that have ended"
      options={options}
      numbers={{
        head: ['at', 'device_hours', 'runs_done'],
        rows: points.map((point) => [point.at, point.spent, point.done]),
      }}
      depends={[document, Math.floor(now / 30)]}
    />
  );
}

function PlanFacts({ document }: { document: SweepDocument }) {
  const { planned, spend } = document;
  const facts: [string, string, string][] = [
    ['points', document.points.toLocaleString('en'), ''],
    ['planned FLOPs', number(planned.flops), exact(planned.flops)],
    ['planned device-hours', number(planned.device_hours), exact(planned.device_hours)],
    ['device-hours', number(spend.device_hours), exact(spend.device_hours)],
    ['thrown away', number(spend.wasted_device_hours), exact(spend.wasted_device_hours)],
    ['planned dollars', dollars(planned.usd), exact(planned.usd)],
    ['dollars', dollars(spend.usd), exact(spend.usd)],
    ['ends in', document.eta_s === 0 ? 'ended' : duration(document.eta_s), ''],
  ];
  return (
    <dl class="facts across">
      {facts.map(([name, value, title]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={title}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Sweep({ address, name }: { address: Address; name: string }) {
  const world = useWorld();
  const now = useNow();
  const line = world.sweeps.find((sweep) => sweep.name === name);
  const known = useSweep(name, JSON.stringify(line?.counts));
  const runs = useRuns(name);
  if (known instanceof Error) return <p class="empty">{known.message}</p>;
  if (known === null || known.name !== name) return <div class="sweep" />;
  return (
    <div class="sweep">
      <h1>{known.name}</h1>
      <p class="quiet">submitted {moment(known.submitted_at)}</p>
      <CountsBar counts={line?.counts ?? known.counts} />
      <PlanFacts document={known} />
      <Grid runs={runs} address={address} />
      <Section title="Spend">
        <Burn document={known} now={now} />
      </Section>
      <details class="behind">
        <summary>The spec as submitted</summary>
        <pre class="log" tabIndex={0}>
          {known.spec}
        </pre>
      </details>
    </div>
  );
}
