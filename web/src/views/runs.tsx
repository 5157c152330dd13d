// All runs as a table, and the curves of those that are selected.
import { useMemo, useRef, useState } from 'preact/hooks';
import { change, current, go, hrefTo, selectionOf, type Address } from '../address';
import { arranged, isDivider, toggledIn, type Divider } from '../arrange';
import { Chart, type Line } from '../chart';
import { toCsv } from '../csv';
import { axes, curvesOf, smoothed, type AxisName } from '../curves';
import type { Run } from '../documents';
import { download } from '../download';
import { parseFilter, type Row } from '../filter';
import { ago, duration, moment, percent } from '../format';
import { useKeys } from '../keys';
import { useMetrics } from '../metrics';
import { Choice, Empty, Num, Progress, RunLink, StateWord, Toggle, shortId } from '../parts';
import { sizesOf } from '../sizes';
import { parseSort, sorted, toggled } from '../sort';
import { Table, type Column } from '../table';
import { useTheme } from '../theme';
import { useNamed, useNow, useRuns, useWorld } from '../world';

const drawnMax = 12;
const unselected = 5;

/** A run with its axes as columns, so that filter and sort find them. */
function rowOf(run: Run): Run & Row {
  const values = Object.fromEntries(
    Object.entries(run.values ?? {}).map(([axis, value]) => [
      axis,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  );
  const progress = run.state === 'done' ? 1 : (run.step ?? 0) / Math.max(1, run.target_step);
  return { ...values, ...run, sweep: run.sweeps.join(' '), progress } as Run & Row;
}

function columnsOf(address: Address, now: number): Column<Run>[] {
  const number = { right: true };
  const pinned = listOf(address, 'pin');
  return [
    {
      key: 'id',
      label: 'run',
      cell: (run) => (
        <>
          <RunLink address={address} run={run} />
          {pinned.includes(run.id) && <span class="pinned"> pinned</span>}
        </>
      ),
    },
    { key: 'state', label: 'state', cell: (run) => <StateWord state={run.state} /> },
    { key: 'size', label: 'size', cell: (run) => run.size ?? '–' },
    { key: 'subset', label: 'sessions', wide: true, cell: (run) => run.subset ?? '–' },
    { key: 'seed', label: 'seed', wide: true, ...number, cell: (run) => run.seed ?? '–' },
    {
      key: 'flops',
      label: 'FLOPs',
      wide: true,
      ...number,
      cell: (run) => <Num value={run.flops} />,
    },
    { key: 'progress', label: 'step', ...number, cell: (run) => <Progress run={run} /> },
    {
      key: 'test_loss',
      label: 'test loss',
      ...number,
      cell: (run) => <Num value={run.test_loss} />,
    },
    {
      key: 'train_loss',
      label: 'train loss',
      wide: true,
      ...number,
      cell: (run) => <Num value={run.train_loss} />,
    },
    {
      key: 'test_correlation',
      label: 'correlation',
      wide: true,
      ...number,
      cell: (run) => <Num value={run.test_correlation} />,
    },
    {
      key: 'mfu_run',
      label: 'MFU',
      wide: true,
      ...number,
      cell: (run) => <Num value={run.mfu_run} text={percent(run.mfu_run)} />,
    },
    {
      key: 'device_hours',
      label: 'device time',
      wide: true,
      ...number,
      cell: (run) => (
        <Num
          value={run.device_hours}
          text={run.device_hours === null ? '–' : duration(run.device_hours * 3600)}
        />
      ),
    },
    {
      key: 'reported_at',
      label: 'newest word',
      wide: true,
      ...number,
      cell: (run) => <span title={moment(run.reported_at)}>{ago(run.reported_at, now)}</span>,
    },
    {
      key: 'why',
      label: 'why',
      wide: true,
      cell: (run) => (
        <span class="why" title={run.why ?? ''}>
          {run.why ?? ''}
        </span>
      ),
    },
  ];
}

/** The runs whose curves are drawn, and why these. */
function drawnOf(rows: Run[], selected: string[], all: Map<string, Run>): [Run[], string] {
  const chosen = selected.flatMap((id) => all.get(id) ?? []);
  if (chosen.length > 0) {
    const some = chosen.slice(0, drawnMax);
    const more = chosen.length > drawnMax ? ` (the first ${drawnMax} of ${chosen.length})` : '';
    return [some, `the selected runs${more}`];
  }
  const running = rows.filter((run) => run.state === 'running').slice(0, unselected);
  if (running.length > 0) return [running, 'runs that are at work; x selects others'];
  const best = sorted(rows as (Run & Row)[], { column: 'test_loss', down: false });
  const known = best.filter((run) => run.test_loss !== null).slice(0, unselected);
  return [known, `the ${known.length} runs of least test loss; x selects others`];
}

const cards: [string, string, string][] = [
  ['train_loss', 'training loss', ''],
  ['test_loss', 'test loss', ''],
  ['learning_rate', 'learning rate', ''],
  ['grad_norm', 'gradient norm', ''],
  ['mfu_step', 'MFU', 'of the peak'],
  ['windows_per_s', 'windows per second', ''],
  ['step_s', 'time of a step', 's'],
];

function useCurves(runs: Run[], axis: AxisName, smooth: number): Map<string, Line[]> {
  const theme = useTheme();
  const world = useWorld();
  const rows = useMetrics(runs.map((run) => run.id));
  const sizes = useMemo(
    () => sizesOf([...world.runs.values()], theme.dark),
    [theme, world.runs.size],
  );
  const stands = runs.map((run) => `${run.id} ${rows.get(run.id)?.length} ${run.step}`).join();
  return useMemo(() => {
    const lines = new Map<string, Line[]>();
    runs.forEach((run, k) => {
      for (const [name, curve] of curvesOf(rows.get(run.id) ?? [], axis)) {
        if (!curve.y.some((value) => value !== null)) continue;
        const y = smoothed(curve.y, name.startsWith('test_') ? 0 : smooth);
        const dash = k % 3 === 0 ? undefined : k % 3 === 1 ? [6, 3] : [2, 3];
        const same = runs.filter((other) => other.size === run.size).length > 1;
        const isOneOfTwo = runs.length === 2;
        const line = {
          id: run.id,
          label: shortId(run.id),
          color: sizes.color(run.size).startsWith('var') ? theme.muted : sizes.color(run.size),
          curve: { x: curve.x, y },
          dash: same || isOneOfTwo ? dash : undefined,
        };
        lines.set(name, [...(lines.get(name) ?? []), line]);
      }
    });
    return lines;
  }, [stands, axis, smooth, theme, sizes]);
}

export function Curves(props: {
  address: Address;
  runs: Run[];
  why: string;
  highlighted: string | null;
  highlight: (id: string | null) => void;
}) {
  const { address, runs } = props;
  const { axis: asked = 'step', smooth = '0', logx = '', logy = '' } = address.settings;
  const axis = (axes as readonly string[]).includes(asked) ? (asked as AxisName) : 'step';
  const weight = Math.min(Math.max(Number(smooth) || 0, 0), 0.99);
  const lines = useCurves(runs, axis, weight);
  const correlations = [...lines.keys()].filter((name) => name.startsWith('test_correlation/'));
  const all = [
    ...cards,
    ...correlations.map((name): [string, string, string] => [
      name,
      `correlation, ${name.slice('test_correlation/'.length)}`,
      '',
    ]),
  ].filter(([name]) => lines.has(name));
  return (
    <section aria-label="curves">
      <div class="bar-of-controls">
        <h2>Curves</h2>
        <span class="quiet">{props.why}</span>
        <span class="controls">
          <Choice
            label="x"
            value={axis}
            choices={[
              ['step', 'step'],
              ['windows', 'windows'],
              ['flops', 'FLOPs'],
              ['wall_s', 'wall time'],
            ]}
            set={(value) => change({ axis: value === 'step' ? '' : value })}
          />
          <label class="choice">
            smoothing
            <input
              type="range"
              min="0"
              max="0.98"
              step="0.02"
              value={weight}
              onInput={(event) => change({ smooth: (event.target as HTMLInputElement).value })}
            />
          </label>
          <Toggle on={logx === '1'} label="log x" set={(on) => change({ logx: on ? '1' : '' })} />
          <Toggle on={logy === '1'} label="log y" set={(on) => change({ logy: on ? '1' : '' })} />
        </span>
      </div>
      {all.length === 0 && <p class="quiet">Nothing has been reported by these runs yet.</p>}
      <div class="cards">
        {all.map(([name, title, unit]) => (
          <Chart
            key={name}
            name={name}
            title={title}
            unit={unit}
            xLabel={axis === 'wall_s' ? 's' : axis === 'flops' ? 'FLOPs' : axis}
            lines={lines.get(name)!}
            logX={logx === '1'}
            logY={logy === '1'}
            highlight={props.highlighted}
            onHighlight={props.highlight}
          />
        ))}
      </div>
    </section>
  );
}

const exported = [
  'id',
  'sweep',
  'state',
  'size',
  'subset',
  'seed',
  'params_shared',
  'step',
  'target_step',
  'flops',
  'train_loss',
  'test_loss',
  'baseline_loss',
  'test_correlation',
  'mfu_run',
  'device_hours',
  'why',
];

function exportRows(rows: Row[]): void {
  const lines = rows.map((row) => exported.map((key) => row[key]));
  download('runs.csv', 'text/csv', toCsv(exported, lines));
}

/** The row that keys act on. Keys may come faster than the page is drawn: it moves at once. */
function useCursor(): [{ current: number }, (row: number) => void] {
  const row = useRef(-1);
  const [, draw] = useState(-1);
  const set = (next: number) => {
    row.current = next;
    draw(next);
  };
  return [row, set];
}

function listOf(address: Address, key: string): string[] {
  return (address.settings[key] ?? '').split(',').filter((one) => one !== '');
}

/** Changes one of the lists that the address keeps. */
function toggleIn(key: string, one: string): void {
  change({ [key]: toggledIn(listOf(current(), key), one).join(',') });
}

const groupedBy: [string, string][] = [
  ['', 'nothing'],
  ['size', 'size'],
  ['subset', 'sessions'],
  ['state', 'state'],
  ['seed', 'seed'],
  ['sweep', 'sweep'],
];

/** The columns to group by: what the table knows, and the axes of the sweep. */
function groupChoices(rows: Run[]): [string, string][] {
  const axes = new Set(rows.flatMap((run) => Object.keys(run.values ?? {})));
  const known = new Set(['model.size', 'data.sessions']);
  return [
    ...groupedBy,
    ...[...axes].filter((axis) => !known.has(axis)).map((axis): [string, string] => [axis, axis]),
  ];
}

function Grouping({ address, rows }: { address: Address; rows: Run[] }) {
  const [first = '', second = ''] = listOf(address, 'group');
  const choices = groupChoices(rows);
  const set = (...keys: string[]) =>
    change({ group: keys.filter((key) => key !== '').join(','), closed: '' });
  return (
    <>
      <Choice label="group by" value={first} choices={choices} set={(key) => set(key)} />
      {first !== '' && (
        <Choice
          label="then by"
          value={second}
          choices={choices.filter(([key]) => key !== first)}
          set={(key) => set(first, key)}
        />
      )}
    </>
  );
}

/** What may be done with the rows that are selected. */
function Selected({ address, selected }: { address: Address; selected: string[] }) {
  if (selected.length === 0) return null;
  const put = (key: string) => {
    const list = [...new Set([...listOf(current(), key), ...selected])];
    change({ [key]: list.join(','), ...(key === 'hide' ? { select: '' } : {}) });
  };
  return (
    <>
      {selected.length === 2 && (
        <a class="button" href={hrefTo(address, 'compare', selected.join(','))}>
          compare
        </a>
      )}
      <button type="button" onClick={() => put('pin')}>
        pin
      </button>
      <button type="button" onClick={() => put('hide')}>
        hide
      </button>
      <button type="button" onClick={() => change({ select: '' })}>
        select none
      </button>
    </>
  );
}

function PutAside({ address }: { address: Address }) {
  const [pinned, hidden] = [listOf(address, 'pin'), listOf(address, 'hide')];
  return (
    <>
      {pinned.length > 0 && (
        <button type="button" onClick={() => change({ pin: '' })}>
          unpin {pinned.length}
        </button>
      )}
      {hidden.length > 0 && (
        <button type="button" onClick={() => change({ hide: '' })}>
          show {hidden.length} hidden
        </button>
      )}
    </>
  );
}

export function Runs({ address, sweep }: { address: Address; sweep: string }) {
  const world = useWorld();
  const now = useNow();
  const field = useRef<HTMLInputElement>(null);
  const [cursor, setCursor] = useCursor();
  const [highlighted, highlight] = useState<string | null>(null);
  const { q = '', sort: sortText = '' } = address.settings;
  const sort = parseSort(sortText);
  const all = useRuns(sweep);
  const rows = sorted(all.map(rowOf).filter(parseFilter(q)), sort);
  const lines = arranged(rows, {
    pinned: listOf(address, 'pin'),
    hidden: listOf(address, 'hide'),
    keys: listOf(address, 'group').slice(0, 2),
    closed: listOf(address, 'closed'),
  });
  const shown = lines.filter((line): line is Run & Row => !isDivider(line));
  const selected = selectionOf(address);
  useNamed(selected);
  const toggle = (run: Run) => {
    const before = selectionOf(current());
    const rest = before.filter((id) => id !== run.id);
    const next = rest.length === before.length ? [...before, run.id] : rest;
    change({ select: next.join(',') });
  };
  const open = (run: Run) => go(hrefTo(address, 'run', run.id));
  const move = (by: number) =>
    setCursor(Math.min(Math.max(cursor.current + by, 0), lines.length - 1));
  const divide = (divider: Divider) => toggleIn('closed', divider.divider);
  /** Does what a key asks of the row at the cursor: of a run, or of the head of a group. */
  const at = (act: (run: Run) => void, other: (divider: Divider) => void = () => undefined) => {
    const line = lines[cursor.current];
    if (line === undefined) return;
    if (isDivider(line)) other(line);
    else act(line);
  };
  useKeys({
    '/': () => field.current?.focus(),
    j: () => move(1),
    k: () => move(-1),
    x: () => at(toggle),
    Enter: () => at(open, divide),
    p: () => at((run) => toggleIn('pin', run.id)),
    h: () => at((run) => toggleIn('hide', run.id)),
    c: () => selected.length === 2 && go(hrefTo(address, 'compare', selected.join(','))),
    Escape: () => {
      if (selected.length > 0 || q !== '') change({ select: '', q: '' });
      else history.back();
    },
  });
  const [drawn, why] = drawnOf(shown, selected, world.runs);
  if (all.length === 0 && sweep !== '' && !world.whole.has(sweep)) return <div class="runs" />;
  if (sweep === '' && address.settings.sweep) {
    return (
      <Empty>
        No sweep is named <code>{address.settings.sweep}</code>.
      </Empty>
    );
  }
  if (all.length === 0) {
    return (
      <Empty>
        No runs yet. Type <code>enigma-sweep submit spec.json --data DIR</code>.
      </Empty>
    );
  }
  return (
    <div class="runs">
      <div class="bar-of-controls">
        <h1>Runs</h1>
        <input
          ref={field}
          type="search"
          class="filter"
          placeholder="state:failed  test_loss<0.8  64x2x4  -waiting"
          aria-label="filter"
          value={q}
          onInput={(event) => {
            setCursor(-1);
            change({ q: (event.target as HTMLInputElement).value });
          }}
        />
        <span class="quiet" role="status">
          {rows.length.toLocaleString('en')} of {all.length.toLocaleString('en')}
          {selected.length > 0 && `, ${selected.length} selected`}
        </span>
        <span class="controls">
          <Selected address={address} selected={selected} />
          <PutAside address={address} />
          <Grouping address={address} rows={all} />
          <button type="button" onClick={() => exportRows(shown)} title="these rows as a file">
            CSV
          </button>
        </span>
      </div>
      {rows.length === 0 ? (
        <Empty>
          No run fits <code>{q}</code>. Esc clears the filter.
        </Empty>
      ) : (
        <Table
          name="runs"
          rows={lines as (Run | Divider)[]}
          columns={columnsOf(address, now)}
          keyOf={(run) => run.id}
          sort={sort}
          onSort={(column) => change({ sort: toggled(sort, column) })}
          cursor={cursor.current}
          selected={new Set(selected)}
          highlighted={highlighted}
          onToggle={toggle}
          onOpen={open}
          onHover={highlight}
          onDivider={divide}
        />
      )}
      <Curves
        address={address}
        runs={drawn}
        why={why}
        highlighted={highlighted}
        highlight={highlight}
      />
    </div>
  );
}
