// The first screen: the sentence of the law, the figure under it, and to the right what runs and
// what needs a person.
import * as Plot from '@observablehq/plot';
import { useRef, useState } from 'preact/hooks';
import { change, current, go, hrefTo, selectionOf, type Address } from '../address';
import type { FigureSeries, FitDocument, Law, Run, SweepLine } from '../documents';
import { Refused } from '../controller';
import { Figure } from '../figure';
import { amount, duration, number, percent, tick } from '../format';
import { Choice, Empty, Num, StateWord, Toggle, shortId } from '../parts';
import { isIn, parseRegions, regionOf, regionsText, whereOf, type Region } from '../regions';
import { fitsOf, saidOf, type Said } from '../sentence';
import { sizesOf, subsetDash, subsetMark, type Sizes } from '../sizes';
import { useTheme, type Theme } from '../theme';
import { linearTicks, logTicks, padded } from '../ticks';
import { useLaw, useRuns, type LawQuestion } from '../world';
import { Attention } from './attention';
import { kinds, Panels } from './panels';
import { Spending } from './spending';

const abscissae: Record<string, string> = {
  flops: 'training compute (FLOPs)',
  windows: 'training windows',
  params_shared: 'shared parameters',
  device_hours: 'device-hours',
};
type Abscissa = 'flops' | 'windows' | 'params_shared' | 'device_hours';

interface Place {
  run: Run;
  x: number;
  y: number;
  finished: boolean; // and not left out of the law
}

function placesOf(runs: Run[], x: Abscissa, leftOut: (run: Run) => boolean): Place[] {
  return runs
    .filter((run) => (run[x] ?? 0) > 0 && (run.test_loss ?? 0) > 0)
    .map((run) => ({
      run,
      x: run[x]!,
      y: run.test_loss!,
      finished: run.state === 'done' && !leftOut(run),
    }));
}

/** Runs that the fit was told to leave out, also before it has answered. */
function leftOutOf(law: Law | undefined, regions: Region[]): (run: Run) => boolean {
  const excluded = new Set(law?.fit?.excluded?.map((row) => row.id) ?? []);
  return (run) => excluded.has(run.id) || isIn(run, regions);
}

function titleOf({ run }: Place): string {
  return [
    `${run.size ?? 'run'}${run.subset === null ? '' : ` · ${run.subset}`}`,
    `test loss ${number(run.test_loss, 4)}${run.state === 'done' ? '' : ` (${run.state})`}`,
    `${amount(run.flops)}FLOPs · ${duration((run.device_hours ?? 0) * 3600)}`,
    `seed ${run.seed ?? '–'} · ${shortId(run.id)}`,
  ].join('\n');
}

/** Frontier and band of the law's figure, one series a subset. */
function frontiersOf(law: Law | undefined): FigureSeries[] {
  const panel = law?.figure?.panels[0];
  return panel?.series.filter((one) => one.kind === 'frontier' || one.kind === 'fit') ?? [];
}

/** Runs of one size are joined where their lines can be told apart. */
const joinedMax = 10;

interface Drawn {
  places: Place[];
  frontiers: FigureSeries[];
  baselines: number[];
  sizes: Sizes;
  subsets: string[];
  selected: Set<string>;
  theme: Theme;
  xLabel: string;
  log: boolean;
}

function bandMarks({ frontiers, theme }: Drawn): Plot.Markish[] {
  return frontiers.map((one) =>
    Plot.areaY(
      one.points.filter((point) => point.low != null && point.high != null),
      { x: 'flops', y1: 'low', y2: 'high', fill: theme.muted, fillOpacity: 0.16 },
    ),
  );
}

/** Above the runs: where there are hundreds the line must stay visible. */
function frontierMarks({ frontiers, subsets, theme }: Drawn): Plot.Markish[] {
  return frontiers.map((one) =>
    Plot.line(one.points, {
      x: 'flops',
      y: 'loss',
      stroke: theme.ink,
      strokeWidth: 1.6,
      strokeDasharray: subsetDash(subsets.indexOf(one.subset ?? subsets[0] ?? '')),
    }),
  );
}

function runMarks(drawn: Drawn): Plot.Markish[] {
  const { places, sizes, subsets, selected, theme } = drawn;
  const finished = places.filter((place) => place.finished);
  const others = places.filter((place) => !place.finished);
  const chosen = places.filter((place) => selected.has(place.run.id));
  const symbol = (place: Place) =>
    subsetMark(subsets.indexOf(place.run.subset ?? '')) as Plot.SymbolType;
  const at = { x: 'x', y: 'y' } as const;
  const size = (place: Place) => sizes.color(place.run.size);
  return [
    Plot.line(sizes.names.length <= joinedMax ? finished : [], {
      ...at,
      z: (place: Place) => `${place.run.size} ${place.run.subset} ${place.run.seed}`,
      sort: 'x',
      stroke: size,
      strokeWidth: 1,
      strokeOpacity: 0.55,
    }),
    Plot.dot(others, { ...at, symbol, r: 3, stroke: theme.muted, fill: 'none' }),
    Plot.dot(finished, { ...at, symbol, r: 4, fill: size, stroke: theme.ground, strokeWidth: 0.8 }),
    Plot.dot(chosen, { ...at, r: 8, stroke: theme.accent, strokeWidth: 2, fill: 'none' }),
  ];
}

interface Axis {
  scale: Plot.ScaleOptions;
  ticks: number[];
}

/** One axis over values. Its ticks are ours: those of a logarithmic scale would leave texts out. */
function axisOf(values: number[], log: boolean, label: string, wanted: number): Axis {
  if (values.length === 0) return { scale: { label, axis: null, domain: [1, 10] }, ticks: [] };
  const domain = padded(values, log);
  const ticks = (log ? logTicks : linearTicks)(domain[0], domain[1], wanted);
  return { scale: { type: log ? 'log' : 'linear', domain, label, axis: null }, ticks };
}

function axisMarks(x: Axis, y: Axis, theme: Theme): Plot.Markish[] {
  const grid = { stroke: theme.line, strokeOpacity: 1 };
  const text = { text: tick, tickSize: 0, fill: theme.muted };
  return [
    Plot.gridX(x.ticks, grid),
    Plot.gridY(y.ticks, grid),
    Plot.axisX(x.ticks, { ...text, label: x.scale.label }),
    Plot.axisY(y.ticks, { ...text, label: y.scale.label }),
  ];
}

function optionsOf(drawn: Drawn, width: number): Plot.PlotOptions {
  const { places, theme, baselines, log } = drawn;
  const most = Math.max(...places.map((place) => place.y), 0);
  const near = baselines.filter((loss) => loss < most * 1.25);
  const curve = drawn.frontiers.flatMap((one) => one.points);
  const known = (key: string) =>
    curve.map((point) => point[key]).filter((value): value is number => typeof value === 'number');
  const xs = [...places.map((place) => place.x), ...known('flops')];
  const ys = [...places.map((place) => place.y), ...known('loss'), ...near];
  const x = axisOf(xs, log, drawn.xLabel, width < 500 ? 5 : 10);
  const y = axisOf(ys, log, 'test loss', 8);
  return {
    height: Math.max(300, Math.min(520, Math.round(width * 0.52))),
    marginLeft: 56,
    marginRight: 16,
    marginBottom: 42,
    x: x.scale,
    y: y.scale,
    symbol: { legend: false, type: 'identity' },
    color: { type: 'identity' },
    marks: [
      ...axisMarks(x, y, theme),
      Plot.ruleY(near, { stroke: theme.muted, strokeDasharray: '2 4' }),
      Plot.text(near, {
        y: (loss: number) => loss,
        text: () => 'mean rate',
        frameAnchor: 'right',
        textAnchor: 'end',
        lineAnchor: 'bottom',
        dy: -4,
        fill: theme.muted,
      }),
      ...bandMarks(drawn),
      ...runMarks(drawn),
      ...frontierMarks(drawn),
      Plot.tip(
        places,
        Plot.pointer({
          x: 'x',
          y: 'y',
          title: titleOf,
          fill: theme.ground,
          stroke: theme.line,
          maxRadius: 24,
        }),
      ),
    ],
  };
}

function numbersOf(drawn: Drawn) {
  const rows: unknown[][] = drawn.places.map(({ run, x, y }) => [
    run.state === 'done' ? 'run' : `run, ${run.state}`,
    run.id,
    run.size,
    run.subset,
    run.seed,
    x,
    y,
    null,
    null,
  ]);
  for (const one of drawn.frontiers) {
    for (const point of one.points) {
      const { flops, loss, low = null, high = null } = point;
      rows.push([one.kind, null, null, one.subset, null, flops, loss, low, high]);
    }
  }
  const head = ['kind', 'run', 'size', 'subset', 'seed', drawn.xLabel, 'loss', 'low', 'high'];
  return { head, rows };
}

function Legend({ drawn }: { drawn: Drawn }) {
  const { sizes, subsets } = drawn;
  return (
    <p class="legend figure-legend">
      {sizes.names.length > joinedMax ? (
        <Ramp sizes={sizes} />
      ) : (
        sizes.names.map((name) => (
          <span key={name}>
            <svg width="10" height="10" aria-hidden="true">
              <circle cx="5" cy="5" r="4" fill={sizes.color(name)} />
            </svg>
            {name}
          </span>
        ))
      )}
      {subsets.length > 1 &&
        subsets.map((name, k) => (
          <span>
            {mark(k)} {name}
          </span>
        ))}
      {drawn.frontiers.length > 0 && <span>— frontier, with its interval</span>}
      {drawn.places.some((place) => !place.finished) && <span>○ not finished, or left out</span>}
      <span class="hint">drag over runs to leave them out</span>
    </p>
  );
}

/** Sizes too many for names: a bar from the smallest to the largest. */
function Ramp({ sizes }: { sizes: Sizes }) {
  const { names, color } = sizes;
  const width = Math.min(200, 6 * names.length) / names.length;
  return (
    <span>
      {names[0]}
      <svg width={width * names.length} height="10" aria-hidden="true">
        {names.map((name, k) => (
          <rect key={name} x={k * width} width={width + 0.5} height="10" fill={color(name)} />
        ))}
      </svg>
      {names[names.length - 1]}, {names.length} sizes
    </span>
  );
}

/** "C^0.51" with its exponent raised. */
function raised(text: string) {
  return text
    .split(/(\^-?[\d.]*\d)/)
    .map((part) => (part.startsWith('^') ? <sup>{part.slice(1)}</sup> : part));
}

const glyphs = ['●', '▲', '■', '◆', '★', 'Y', '✚', '⬢'];
function mark(index: number): string {
  return glyphs[index % glyphs.length];
}

function Sentence({ said, first }: { said: Said; first: boolean }) {
  const Head = first ? 'h1' : 'p';
  return (
    <div class={first ? 'law' : 'law minor'}>
      <Head class="headline">
        {said.group !== '' && <span class="group">{said.group}: </span>}
        {raised(said.headline)}
      </Head>
      {said.rest !== '' && <p class="rest">{raised(said.rest)}</p>}
    </div>
  );
}

function LawWords({ law, sweep }: { law: Law | Refused | undefined; sweep: string }) {
  if (law === undefined) {
    return <h1 class="headline quiet">{sweep}: the law is being fitted …</h1>;
  }
  if (law instanceof Refused) return <Broken what={law.message} />;
  if (law.fit === null) {
    const why = law.refused ?? 'the fit gave no answer';
    return (
      <div class="law">
        <h1 class="headline">No law yet.</h1>
        <p class="rest">{why.charAt(0).toUpperCase() + why.slice(1)}</p>
      </div>
    );
  }
  const said = saidOf(law.fit);
  return (
    <>
      {said.map((one, k) => (
        <Sentence said={one} first={k === 0} key={one.group} />
      ))}
    </>
  );
}

function Broken({ what }: { what: string }) {
  return (
    <div class="law">
      <h1 class="headline">The law could not be fitted.</h1>
      <p class="rest">{what} Runs, curves and tables go on.</p>
    </div>
  );
}

function Parameters({ fit }: { fit: FitDocument }) {
  return (
    <details class="behind">
      <summary>Parameters and how sure they are</summary>
      {fitsOf(fit).map((one) => (
        <table class="plain" key={one.group ?? ''}>
          <caption>
            {one.group ? `${one.group}: ` : ''}
            {one.formula} · {one.n_used} runs · {percent(one.interval.level)} intervals
          </caption>
          <thead>
            <tr>
              <th scope="col">parameter</th>
              <th scope="col" class="number">
                value
              </th>
              <th scope="col" class="number">
                low
              </th>
              <th scope="col" class="number">
                high
              </th>
              <th scope="col">verdict</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(one.parameters).map(([name, parameter]) => (
              <tr>
                <th scope="row">{name}</th>
                <td class="number">
                  <Num value={parameter.value} />
                </td>
                <td class="number">
                  <Num value={parameter.low} />
                </td>
                <td class="number">
                  <Num value={parameter.high} />
                </td>
                <td>{parameter.verdict.replaceAll('_', ' ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </details>
  );
}

function abscissaOf(address: Address): Abscissa {
  const asked = address.settings.x ?? 'flops';
  return (asked in abscissae ? asked : 'flops') as Abscissa;
}

function regionsOf(address: Address): Region[] {
  return parseRegions(address.settings.out ?? '');
}

function LawFigure(props: { address: Address; runs: Run[]; law: Law | undefined; sweep: string }) {
  const { address, runs, law } = props;
  const theme = useTheme();
  const x = abscissaOf(address);
  const log = address.settings.scale !== 'linear';
  const regions = regionsOf(address);
  const rules = law?.figure?.panels[0]?.rules ?? [];
  const drawn: Drawn = {
    places: placesOf(runs, x, leftOutOf(law, regions)),
    frontiers: x === 'flops' ? frontiersOf(law) : [],
    baselines: rules.filter((rule) => rule.axis === 'y').map((rule) => rule.value),
    sizes: sizesOf(runs, theme.dark),
    subsets: [...new Set(runs.map((run) => run.subset ?? ''))],
    selected: new Set(selectionOf(address)),
    theme,
    xLabel: abscissae[x],
    log,
  };
  const controls = (
    <>
      <Choice
        label="x"
        value={x}
        choices={Object.entries(abscissae)}
        set={(value) => change({ x: value === 'flops' ? '' : value })}
      />
      <Toggle on={log} label="log" set={(on) => change({ scale: on ? '' : 'linear' })} />
    </>
  );
  return (
    <Figure
      name={`${props.sweep}-loss-${x}`}
      title={`Test loss against ${abscissae[x]}`}
      options={(width) => optionsOf(drawn, width)}
      numbers={numbersOf(drawn)}
      depends={[standOf(drawn.places), law, x, log, address.settings.select]}
      onBrush={(xs, losses) =>
        change({ out: regionsText([...regionsOf(current()), regionOf(x, xs, losses)]) })
      }
      onPick={(place) => go(hrefTo(address, 'run', (place as Place).run.id))}
      below={<Legend drawn={drawn} />}
    >
      {controls}
    </Figure>
  );
}

/** Changes when, and only when, something drawn has. */
function standOf(places: Place[]): string {
  return places.map((place) => `${place.run.id} ${place.x} ${place.y} ${place.finished}`).join();
}

/** What was known of a sweep stands until there is something newer: nothing jumps meanwhile. */
function useLast(sweep: string, law: Law | Refused | undefined): Law | Refused | undefined {
  const last = useRef<{ sweep: string; law: Law | Refused } | null>(null);
  if (law !== undefined) last.current = { sweep, law };
  return law ?? (last.current?.sweep === sweep ? last.current.law : undefined);
}

function OtherFigure(props: { address: Address; question: LawQuestion }) {
  const law = useLaw(props.question);
  return <Panels address={props.address} law={law} kind={props.question.kind ?? ''} />;
}

const forms: [string, string][] = [
  ['', 'chinchilla'],
  ...['tied', 'envelope', 'isoflop:parabola', 'isoflop:akima', 'data_constrained', 'kaplan'].map(
    (form): [string, string] => [form, form],
  ),
];

/** What is typed stands while the page is drawn again around it, and counts when it is complete. */
function Where({ where }: { where: string }) {
  const [draft, set] = useState(where);
  return (
    <label class="choice where">
      of runs where
      <input
        type="search"
        value={draft}
        placeholder={'flops > 1e10 && size != "8x1x2"'}
        onInput={(event) => set((event.target as HTMLInputElement).value)}
        onChange={() => change({ where: draft })}
      />
    </label>
  );
}

/** How many runs the mouse has left out, and the way back. */
function LeftOut({ runs, regions }: { runs: Run[]; regions: Region[] }) {
  if (regions.length === 0) return null;
  const count = runs.filter((run) => run.state === 'done' && isIn(run, regions)).length;
  return (
    <span class="left-out" role="status">
      {count.toLocaleString('en')} left out{' '}
      <button type="button" onClick={() => change({ out: '' })}>
        take them back
      </button>
    </span>
  );
}

/** Which figure, which form of the law, and of which runs: the law is fitted anew for each. */
function Questions({ address, runs }: { address: Address; runs: Run[] }) {
  const { where = '', form = '', figure = '' } = address.settings;
  return (
    <div class="bar-of-controls questions">
      <Choice
        label="figure"
        value={figure}
        choices={kinds}
        set={(value) => change({ figure: value })}
      />
      <Choice label="law" value={form} choices={forms} set={(value) => change({ form: value })} />
      <Where where={where} key={where} />
      <LeftOut runs={runs} regions={regionsOf(address)} />
    </div>
  );
}

export function Scaling({ address, sweep }: { address: Address; sweep: SweepLine | undefined }) {
  const name = sweep?.name ?? '';
  const { form = '' } = address.settings;
  const where = whereOf(address.settings.where ?? '', regionsOf(address));
  const kind = kinds.find(([known]) => known === address.settings.figure)?.[0] ?? '';
  const asked = useLaw({ sweep: name, where, form });
  const law = useLast(name, asked);
  const runs = useRuns(name);
  if (!sweep) {
    return (
      <Empty>
        No sweep has been submitted to this store yet. Type{' '}
        <code>enigma-sweep submit spec.json --data DIR</code>, and it will appear here;{' '}
        <code>examples/quickstart.sh</code> makes one from nothing.
      </Empty>
    );
  }
  const whole = law instanceof Refused ? undefined : law;
  return (
    <div class="scaling">
      <div class={asked === undefined && law !== undefined ? 'main fitting' : 'main'}>
        <LawWords law={law} sweep={name} />
        <Questions address={address} runs={runs} />
        {kind === '' ? (
          <>
            <LawFigure address={address} runs={runs} law={whole} sweep={name} />
            {whole?.figure?.note && <p class="note">{whole.figure.note}</p>}
          </>
        ) : (
          <OtherFigure address={address} question={{ sweep: name, where, form, kind }} />
        )}
        {whole?.fit && <Parameters fit={whole.fit} />}
      </div>
      <aside>
        <Spending sweep={sweep} address={address} />
        <Running address={address} runs={runs} />
        <Attention address={address} runs={runs} />
      </aside>
    </div>
  );
}

function Running({ address, runs }: { address: Address; runs: Run[] }) {
  const running = runs.filter((run) => run.state === 'running');
  if (running.length === 0) return null;
  return (
    <ul class="running">
      {running.slice(0, 4).map((run) => (
        <li key={run.id}>
          <a href={hrefTo(address, 'run', run.id)}>
            <StateWord state="running" /> {run.size} {run.subset}
          </a>
          <span class="right">
            {percent((run.step ?? 0) / Math.max(1, run.target_step))} · {duration(run.eta_s)} left
          </span>
        </li>
      ))}
      {running.length > 4 && <li class="quiet">and {running.length - 4} more</li>}
    </ul>
  );
}
