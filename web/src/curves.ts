// Reported values as curves: one list of places a name, smoothed where asked, against any axis.
import type { MetricRow } from './documents';

export const axes = ['step', 'windows', 'flops', 'wall_s'] as const;
export type AxisName = (typeof axes)[number];

export interface Curve {
  x: number[];
  y: (number | null)[];
}

/** name → places in the order of `axis`; where an axis is unknown there is no place. */
export function curvesOf(rows: MetricRow[], axis: AxisName): Map<string, Curve> {
  const curves = new Map<string, Curve>();
  for (const row of rows) {
    const x = row[axis];
    if (x === null) continue;
    let curve = curves.get(row.name);
    if (!curve) curves.set(row.name, (curve = { x: [], y: [] }));
    curve.x.push(x);
    curve.y.push(row.value);
  }
  for (const curve of curves.values()) arrange(curve);
  return curves;
}

function arrange(curve: Curve): void {
  if (curve.x.every((x, k) => k === 0 || curve.x[k - 1] <= x)) return;
  const order = curve.x.map((_, k) => k).sort((a, b) => curve.x[a] - curve.x[b]);
  curve.y = order.map((k) => curve.y[k]);
  curve.x = order.map((k) => curve.x[k]);
}

/**
 * Exponential moving average, corrected for its start; a gap stays a gap and does not end it.
 * `weight` of the past: 0 = as reported, below 1.
 */
export function smoothed(y: (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return y;
  let mean = 0;
  let known = 0;
  return y.map((value) => {
    if (value === null) return null;
    mean = weight * mean + (1 - weight) * value;
    known = weight * known + (1 - weight);
    return mean / known;
  });
}

/** Several curves over the union of their places, as uPlot takes them. */
export function joined(curves: Curve[]): { x: number[]; ys: (number | null | undefined)[][] } {
  const places = new Set<number>();
  for (const curve of curves) for (const x of curve.x) places.add(x);
  const x = [...places].sort((a, b) => a - b);
  const index = new Map(x.map((value, k) => [value, k]));
  const ys = curves.map((curve) => {
    const y: (number | null | undefined)[] = new Array(x.length).fill(undefined);
    curve.x.forEach((value, k) => (y[index.get(value)!] = curve.y[k]));
    return y;
  });
  return { x, ys };
}

/** The parts of a step's time, in the order in which they happen. */
export const stepParts = [
  'data_wait_s',
  'forward_s',
  'backward_s',
  'communication_exposed_s',
  'optimizer_s',
  'checkpoint_s',
  'evaluation_s',
  'other_s',
];
