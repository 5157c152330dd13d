// Time series on a canvas (uPlot): one card a metric, one line a run.
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { joined, type Curve } from './curves';
import { downloadCanvas } from './download';
import { number, tick } from './format';
import { Exports } from './numbers';
import { useTheme, type Theme } from './theme';
import { useWidth } from './width';

export interface Line {
  id: string;
  label: string;
  color: string;
  curve: Curve;
  fill?: string;
  dash?: number[];
}

interface Props {
  name: string;
  title: string;
  unit?: string;
  xLabel: string;
  lines: Line[];
  logX?: boolean;
  logY?: boolean;
  stacked?: boolean;
  marks?: { x: number; label: string }[]; // places where something happened
  named?: boolean; // the lines are named below
  height?: number;
  highlight?: string | null;
  onHighlight?: (id: string | null) => void;
}

type Stacks = (number | null | undefined)[][];

/** Each line on top of those before it. */
function stack(ys: Stacks): Stacks {
  const sums: number[] = new Array(ys[0]?.length ?? 0).fill(0);
  return ys.map((y) => y.map((value, k) => (sums[k] += value ?? 0)));
}

function positive(ys: Stacks): Stacks {
  return ys.map((y) => y.map((value) => (typeof value === 'number' && value <= 0 ? null : value)));
}

function dataOf(props: Props): uPlot.AlignedData {
  const { x, ys } = joined(props.lines.map((line) => line.curve));
  const values = props.stacked ? stack(ys) : props.logY ? positive(ys) : ys;
  if (!props.logX) return [x, ...values] as uPlot.AlignedData;
  const first = x.findIndex((value) => value > 0);
  if (first < 0) return [[], ...values.map(() => [])] as uPlot.AlignedData;
  return [x.slice(first), ...values.map((y) => y.slice(first))] as uPlot.AlignedData;
}

function axis(theme: Theme, log: boolean): uPlot.Axis {
  return {
    stroke: theme.muted,
    font: '12px system-ui, sans-serif',
    grid: { stroke: theme.line, width: 1 },
    ticks: { show: false },
    values: (_, values) => values.map((value) => (value === null ? '' : tick(value))),
    ...(log ? { space: 34 } : {}),
  };
}

function seriesOf(props: Props): uPlot.Series[] {
  const lines = props.lines.map((line) => ({
    label: line.label,
    stroke: line.color,
    width: props.stacked ? 1 : 1.5,
    dash: line.dash,
    fill: line.fill,
    spanGaps: true,
    points: { show: line.curve.x.length < 3, size: 5, fill: line.color },
  }));
  return [{}, ...lines];
}

function optionsOf(props: Props, width: number, theme: Theme, hover: Hover): uPlot.Options {
  const bands = props.stacked
    ? props.lines.slice(1).map((_, k) => ({ series: [k + 2, k + 1] as [number, number] }))
    : undefined;
  return {
    width,
    height: props.height ?? 190,
    legend: { show: false },
    padding: [8, 20, 0, 0],
    focus: { alpha: 0.25 },
    cursor: { sync: { key: 'curves' }, focus: { prox: 24 }, drag: { x: true, y: false } },
    scales: {
      x: { time: false, distr: props.logX ? 3 : 1 },
      y: { distr: props.logY ? 3 : 1, ...(props.stacked ? { range: fromZero } : {}) },
    },
    axes: [
      { ...axis(theme, !!props.logX), size: 30 },
      { ...axis(theme, !!props.logY), size: 56 },
    ],
    series: seriesOf(props),
    bands,
    hooks: {
      setSeries: [hover.line],
      setCursor: [hover.place],
      draw: [(chart) => drawMarks(chart, props.marks ?? [], theme)],
    },
  };
}

/** A dashed line with its word: an attempt ended, steps were rolled back. */
function drawMarks(chart: uPlot, marks: { x: number; label: string }[], theme: Theme): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = theme.muted;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.fillStyle = theme.muted;
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { x, label } of marks) {
    const at = chart.valToPos(x, 'x', true);
    if (at < bbox.left || at > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(label, at + 3 * devicePixelRatio, bbox.top + 10 * devicePixelRatio);
  }
  ctx.restore();
}

function fromZero(_: uPlot, __: number | null, high: number | null): uPlot.Range.MinMax {
  return [0, (high ?? 1) * 1.05 || 1];
}

interface Hover {
  line: (chart: uPlot, index: number | null) => void;
  place: (chart: uPlot) => void;
}

export function Chart(props: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const theme = useTheme();
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const focused = useRef<number | null>(null);
  const [reading, read] = useState('');
  const shape = props.lines.map((line) => `${line.id} ${line.color} ${line.curve.x.length < 3}`);
  useEffect(() => {
    if (!ref.current || width === 0) return;
    const hover: Hover = {
      line: (_, index) => {
        focused.current = index;
        latest.current.onHighlight?.(index ? (latest.current.lines[index - 1]?.id ?? null) : null);
      },
      place: (drawn) => read(readingOf(drawn, focused.current, latest.current)),
    };
    const options = optionsOf(latest.current, width, theme, hover);
    chart.current = new uPlot(options, dataOf(latest.current), ref.current);
    return () => chart.current?.destroy();
  }, [width, theme, shape.join(), props.logX, props.logY, props.height, marksOf(props)]);
  useEffect(() => chart.current?.setData(dataOf(latest.current)), [props.lines]);
  useEffect(() => {
    const index = latest.current.lines.findIndex((line) => line.id === props.highlight);
    if (index >= 0 && focused.current === null)
      chart.current?.setSeries(index + 1, { focus: true });
    if (index < 0) chart.current?.setSeries(null as unknown as number, { focus: true }, false);
  }, [props.highlight]);
  const png = () => {
    const shown = chart.current?.ctx.canvas;
    if (shown) downloadCanvas(`${props.name}.png`, shown, theme.ground);
  };
  return (
    <figure class="card" role="group" aria-label={props.title}>
      <figcaption>
        <span class="title">
          {props.title}
          {props.unit && <span class="unit"> {props.unit}</span>}
        </span>
        <span class="reading">{reading}</span>
        <Exports name={props.name} numbers={numbersOf(props)} png={png} />
      </figcaption>
      <div ref={ref} class="canvas" />
      {props.named && <Key lines={props.lines} />}
    </figure>
  );
}

function marksOf({ marks = [] }: Props): string {
  return marks.map((mark) => `${mark.x} ${mark.label}`).join();
}

function Key({ lines }: { lines: Line[] }) {
  return (
    <p class="legend">
      {lines.map((line) => (
        <span key={line.id}>
          <svg width="14" height="10" aria-hidden="true">
            {line.fill ? (
              <rect width="10" height="10" rx="2" fill={line.color} />
            ) : (
              <path d="M0 5h14" stroke={line.color} stroke-width="2" />
            )}
          </svg>
          {line.label}
        </span>
      ))}
    </p>
  );
}

/** "a1b2c3: 0.812 at 400" of the line under the cursor. */
function readingOf(chart: uPlot, index: number | null, props: Props): string {
  const place = chart.cursor.idx;
  if (place === null || place === undefined) return '';
  const x = chart.data[0][place];
  const at = `${number(x)} ${props.xLabel}`;
  const known = index ?? (props.lines.length === 1 ? 1 : null);
  if (!known) return at;
  const line = props.lines[known - 1];
  const own = line.curve.x.indexOf(x);
  return `${line.label} ${number(own < 0 ? null : line.curve.y[own])} at ${at}`;
}

function numbersOf(props: Props) {
  const rows = props.lines.flatMap((line) =>
    line.curve.x.map((x, k) => [line.label, x, line.curve.y[k]]),
  );
  return { head: ['line', props.xLabel, props.name], rows };
}
