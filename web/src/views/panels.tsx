// The other figures of a fit, drawn from the numbers that `enigma-sweep plot` writes: isoFLOP
// valleys, loss against data, residuals, profiles, extrapolation.
import * as Plot from '@observablehq/plot';
import { go, hrefTo, type Address } from '../address';
import { Refused } from '../controller';
import type { FigurePanel, FigurePoint, FigureSeries, Law } from '../documents';
import { Figure } from '../figure';
import { amount, number, tick } from '../format';
import { sizeColor, subsetDash } from '../sizes';
import { useTheme, type Theme } from '../theme';
import { linearTicks, logTicks, padded } from '../ticks';

export const kinds: [string, string][] = [
  ['', 'loss against compute'],
  ['isoflop', 'isoFLOP valleys'],
  ['loss-data', 'loss against data'],
  ['residuals', 'residuals'],
  ['profile', 'profiles of the parameters'],
  ['extrapolation', 'extrapolation'],
];

/** Kinds of series that are marks; all others are lines. */
const marks = new Set(['run', 'fitted', 'scored', 'vertex', 'estimate']);

interface Mark {
  x: number;
  y: number;
  series: FigureSeries;
  point: FigurePoint;
}

function placesOf(panel: FigurePanel, series: FigureSeries[]): Mark[] {
  return series.flatMap((one) =>
    one.points.flatMap((point) => {
      const [x, y] = [point[panel.x.key], point[panel.y.key]];
      return typeof x === 'number' && typeof y === 'number' ? [{ x, y, series: one, point }] : [];
    }),
  );
}

/** Color of a size among those of the panel; lines without a size are ink. */
function colorOf(panel: FigurePanel, theme: Theme): (series: FigureSeries) => string {
  const sizes = [...new Set(panel.series.flatMap((one) => one.n ?? []))].sort((a, b) => a - b);
  return (series) => {
    if (series.n === null) return theme.ink;
    const place = sizes.indexOf(series.n);
    return sizeColor(sizes.length < 2 ? 0.5 : place / (sizes.length - 1), theme.dark);
  };
}

function axisMarks(panel: FigurePanel, places: Mark[], theme: Theme, width: number) {
  const rules = (axis: 'x' | 'y') =>
    panel.rules.filter((rule) => rule.axis === axis).map((rule) => rule.value);
  const side = (axis: 'x' | 'y', wanted: number) => {
    const values = [...places.map((place) => place[axis]), ...rules(axis)];
    const log = panel[axis].scale === 'log' && values.every((value) => value > 0);
    const domain = padded(values, log);
    const ticks = (log ? logTicks : linearTicks)(domain[0], domain[1], wanted);
    return { log, domain, ticks, label: panel[axis].label };
  };
  const [x, y] = [side('x', width < 420 ? 4 : 7), side('y', 7)];
  const grid = { stroke: theme.line, strokeOpacity: 1 };
  const text = { text: tick, tickSize: 0, fill: theme.muted };
  const scale = (one: typeof x) => ({
    type: (one.log ? 'log' : 'linear') as Plot.ScaleType,
    domain: one.domain,
    axis: null,
  });
  return {
    scales: { x: scale(x), y: scale(y) },
    marks: [
      Plot.gridX(x.ticks, grid),
      Plot.gridY(y.ticks, grid),
      Plot.axisX(x.ticks, { ...text, label: x.label }),
      Plot.axisY(y.ticks, { ...text, label: y.label }),
      Plot.ruleX(rules('x'), { stroke: theme.muted, strokeDasharray: '2 4' }),
      Plot.ruleY(rules('y'), { stroke: theme.muted, strokeDasharray: '2 4' }),
    ],
  };
}

function titleOf(panel: FigurePanel, { series, x, y, point }: Mark): string {
  return [
    [series.size, series.subset, series.kind].filter((part) => part !== null).join(' · '),
    `${panel.y.label}: ${number(y, 4)}`,
    `${panel.x.label}: ${panel.x.scale === 'log' ? amount(x) : number(x)}`,
    point.run ?? '',
  ].join('\n');
}

function optionsOf(panel: FigurePanel, theme: Theme, width: number): Plot.PlotOptions {
  const dots = placesOf(
    panel,
    panel.series.filter((one) => marks.has(one.kind)),
  );
  const lines = panel.series.filter((one) => !marks.has(one.kind));
  const color = colorOf(panel, theme);
  const axes = axisMarks(panel, [...dots, ...placesOf(panel, lines)], theme, width);
  const subsets = [...new Set(panel.series.map((one) => one.subset))];
  return {
    height: Math.max(240, Math.min(380, Math.round(width * 0.62))),
    marginLeft: 56,
    marginRight: 16,
    marginBottom: 42,
    ...axes.scales,
    color: { type: 'identity' },
    marks: [
      ...axes.marks,
      ...lines.map((one) =>
        Plot.line(placesOf(panel, [one]), {
          x: 'x',
          y: 'y',
          stroke: color(one),
          strokeWidth: 1.4,
          strokeDasharray: subsetDash(subsets.indexOf(one.subset)),
        }),
      ),
      Plot.dot(dots, {
        x: 'x',
        y: 'y',
        r: (mark: Mark) => (mark.series.kind === 'run' ? 3 : 4),
        fill: (mark: Mark) => color(mark.series),
        stroke: theme.ground,
        strokeWidth: 0.6,
      }),
      Plot.tip(
        dots,
        Plot.pointer({
          x: 'x',
          y: 'y',
          title: (mark: Mark) => titleOf(panel, mark),
          fill: theme.ground,
          stroke: theme.line,
          maxRadius: 24,
        }),
      ),
    ],
    r: { type: 'identity' },
  };
}

function numbersOf(panel: FigurePanel) {
  const rows = placesOf(panel, panel.series).map(({ series, point, x, y }) => [
    series.kind,
    series.size,
    series.n,
    series.subset,
    point.run ?? null,
    x,
    y,
    point.low ?? null,
    point.high ?? null,
  ]);
  const head = ['kind', 'size', 'n', 'subset', 'run', panel.x.key, panel.y.key, 'low', 'high'];
  return { head, rows };
}

function Panel(props: { address: Address; panel: FigurePanel; name: string; title: string }) {
  const { address, panel } = props;
  const theme = useTheme();
  const pick = (mark: unknown) => {
    const { run } = (mark as Mark).point;
    if (run) go(hrefTo(address, 'run', run));
  };
  return (
    <Figure
      name={`${props.name}-${panel.name}`}
      title={props.title}
      options={(width) => optionsOf(panel, theme, width)}
      numbers={numbersOf(panel)}
      depends={[panel]}
      onPick={pick}
    />
  );
}

export function Panels(props: { address: Address; law: Law | Refused | undefined; kind: string }) {
  const { address, law, kind } = props;
  const label = kinds.find(([name]) => name === kind)?.[1] ?? kind;
  if (law === undefined) return <p class="quiet">The figure is being made …</p>;
  if (law instanceof Refused) return <p class="note">{law.message}</p>;
  const panels = law.figure?.panels.filter((panel) => panel.series.length > 0) ?? [];
  if (panels.length === 0) {
    return <p class="note">{law.figure?.note ?? law.refused ?? 'There is nothing to draw yet.'}</p>;
  }
  return (
    <>
      <div class="cards">
        {panels.map((panel) => (
          <Panel
            key={panel.name}
            address={address}
            panel={panel}
            name={`${law.sweep}-${kind}`}
            title={panels.length === 1 ? label : `${label}: ${panel.name}`}
          />
        ))}
      </div>
      {law.figure?.note && <p class="note">{law.figure.note}</p>}
    </>
  );
}
