// The controller's documents, as far as the page reads them. Unknown is null everywhere.

export type State = 'waiting' | 'running' | 'held' | 'done' | 'failed' | 'cancelled';
export const states: State[] = ['running', 'waiting', 'held', 'done', 'failed', 'cancelled'];

export type Counts = Record<State, number>;
export type Maybe<T> = T | null;

export interface Spend {
  device_hours: number;
  usd: Maybe<number>;
  wasted_device_hours: number;
}

export interface Run {
  id: string;
  sweeps: string[];
  values: Maybe<Record<string, unknown>>;
  state: State;
  why: Maybe<string>;
  attempt: Maybe<number>;
  step: Maybe<number>;
  target_step: number;
  train_loss: Maybe<number>;
  test_loss: Maybe<number>;
  baseline_loss: Maybe<number>;
  test_correlation: Maybe<number>;
  mfu_step: Maybe<number>;
  mfu_run: Maybe<number>;
  mfu_basis: Maybe<string>;
  data_wait_fraction: Maybe<number>;
  wall_s: Maybe<number>;
  device_hours: Maybe<number>;
  eta_s: Maybe<number>;
  family: Maybe<string>;
  size: Maybe<string>;
  subset: Maybe<string>;
  seed: Maybe<number>;
  params_shared: Maybe<number>;
  windows: Maybe<number>;
  flops: Maybe<number>;
  reported_at: Maybe<number>;
}

export interface SweepLine {
  name: string;
  points: number;
  counts: Counts;
  spend: Spend;
  eta_s: Maybe<number>;
}

export interface Status {
  controller: Maybe<{ pid: number; url: string; host: string }>;
  counts: Counts;
  spend: Spend;
  sweeps: SweepLine[];
  reported_at: Maybe<number>;
  runs: Run[];
  next: Maybe<string>;
  last_event: number;
}

export interface Attempt {
  number: Maybe<number>;
  executor: string;
  job: Maybe<number>;
  nodes: string[];
  ranks: Maybe<number>;
  started_at: Maybe<number>;
  ended_at: Maybe<number>;
  class: Maybe<string>;
  evidence: Maybe<{ source: string; line: Maybe<string> }>;
  first_step: Maybe<number>;
  last_step: Maybe<number>;
  resumed_from_step: Maybe<number>;
  device_hours: Maybe<number>;
  code_revision: Maybe<string>;
}

export interface Event {
  id: number;
  at: number;
  run?: string;
  kind: string;
  text: string;
}

export interface Show extends Run {
  point: unknown;
  attempts: Attempt[];
  checkpoints: { step: number; path: string; bytes: number; sha256: string; attempt: number }[];
  evals: {
    step: number;
    strategy: string;
    tier: string;
    loss: Maybe<number>;
    baseline_loss: Maybe<number>;
    correlation: Maybe<number>;
    se: Maybe<number>;
    n: number;
  }[];
  skipped: { from: number; to: number; why: string }[];
  events: Event[];
}

export interface MetricRow {
  attempt: number;
  step: number;
  windows: Maybe<number>;
  flops: Maybe<number>;
  wall_s: Maybe<number>;
  name: string;
  value: Maybe<number>;
}

export interface Metrics {
  run: string;
  rows: MetricRow[];
  sampled: boolean;
}

export interface Log {
  run: string;
  attempt: Maybe<number>;
  bytes: number;
  from_byte: number;
  lines: string[];
}

export interface Explanation {
  id: string;
  state: State;
  why: Maybe<string>;
}

export interface SweepDocument {
  name: string;
  submitted_at: number;
  points: number;
  counts: Counts;
  spend: Spend;
  eta_s: Maybe<number>;
  planned: { flops: Maybe<number>; device_hours: Maybe<number>; usd: Maybe<number> };
  history: { at: number; done: number; device_hours: number }[];
  spec: string;
}

export interface Interval {
  value: Maybe<number>;
  low: Maybe<number>;
  high: Maybe<number>;
}

export interface Parameter extends Interval {
  se: Maybe<number>;
  verdict: string;
}

export interface Fit {
  group?: string;
  form: string;
  formula: string;
  n_used: number;
  excluded: { id: string; why: string }[];
  parameters: Record<string, Parameter>;
  exponents: Maybe<{ a: Interval; b: Interval }>;
  interval: { method: string; level: number };
  optimum: {
    flops: number;
    n: number;
    d: number;
    loss: number;
    low: Maybe<number>;
    high: Maybe<number>;
  }[];
  verdict: { code: string; sentence: string };
  warnings: (string | { message: string })[];
  seconds: number;
}

export interface FitDocument extends Fit {
  fits?: Fit[];
  pooled?: Fit;
}

export interface FigurePoint {
  run?: string;
  n?: Maybe<number>;
  low?: Maybe<number>;
  high?: Maybe<number>;
  [axis: string]: unknown;
}

export interface FigureSeries {
  kind: string;
  size: Maybe<string>;
  n: Maybe<number>;
  subset: Maybe<string>;
  color: string;
  points: FigurePoint[];
}

export interface FigurePanel {
  name: string;
  x: { key: string; label: string; scale: 'log' | 'linear' };
  y: { key: string; label: string; scale: 'log' | 'linear' };
  series: FigureSeries[];
  rules: { kind: string; subset: Maybe<string>; axis: 'x' | 'y'; value: number }[];
}

export interface Figure {
  kind: string;
  note: Maybe<string>;
  panels: FigurePanel[];
}

export interface Law {
  sweep: string;
  at: number;
  runs_done: number;
  refused: Maybe<string>;
  fit: Maybe<FitDocument>;
  figure: Maybe<Figure>;
}

export interface NodeLine {
  name: string;
  state: string;
  attempts: number;
  failures: number;
  excluded: Maybe<{ reason: string; until: number }>;
}

export interface Difference {
  pointer: string;
  a: unknown;
  b: unknown;
}
