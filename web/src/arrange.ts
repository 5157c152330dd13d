// Rows of the table in the order that one asked for: pinned ones first, hidden ones left out, the
// others in groups of one or two columns.
import type { Row } from './filter';

/** A line between rows that names the group below it. */
export interface Divider {
  divider: string; // names the group in the address
  label: string;
  note: string;
  open: boolean;
}

export interface Arrangement {
  pinned: string[]; // ids
  hidden: string[];
  keys: string[]; // columns to group by; none, one or two
  closed: string[]; // groups whose rows are not shown
}

type Known = Row & { id: string };

export function isDivider<T extends object>(row: T | Divider): row is Divider {
  return 'divider' in row;
}

const order = new Intl.Collator('en', { numeric: true });

function textOf(value: unknown): string {
  return value === null || value === undefined ? 'none' : String(value);
}

function groupsOf<T extends Known>(rows: T[], keys: string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = keys.map((key) => textOf(row[key])).join(' · ');
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}

/** "30 runs, 28 done, least test loss 0.812" */
export function noteOf(rows: Row[]): string {
  const done = rows.filter((row) => row.state === 'done').length;
  const losses = rows.map((row) => row.test_loss).filter((loss) => typeof loss === 'number');
  const least = losses.reduce((low, loss) => Math.min(low, loss), Infinity);
  return [
    `${rows.length} ${rows.length === 1 ? 'run' : 'runs'}`,
    `${done} done`,
    ...(losses.length > 0 ? [`least test loss ${Number(least.toPrecision(3))}`] : []),
  ].join(', ');
}

export function arranged<T extends Known>(rows: T[], how: Arrangement): (T | Divider)[] {
  const shown = rows.filter((row) => !how.hidden.includes(row.id));
  const pinned = how.pinned.flatMap((id) => shown.find((row) => row.id === id) ?? []);
  const others = shown.filter((row) => !how.pinned.includes(row.id));
  if (how.keys.length === 0) return [...pinned, ...others];
  const groups = [...groupsOf(others, how.keys)].sort(([a], [b]) => order.compare(a, b));
  return [
    ...pinned,
    ...groups.flatMap(([name, members]) => {
      const key = encodeURIComponent(name); // no comma: it stands in a list
      const open = !how.closed.includes(key);
      const divider = { divider: key, label: name, note: noteOf(members), open };
      return [divider, ...(open ? members : [])];
    }),
  ];
}

/** The list with `one` in it, or without it where it was. */
export function toggledIn(list: string[], one: string): string[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}
