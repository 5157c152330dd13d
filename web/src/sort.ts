// "-test_loss" sorts downwards by test_loss. What is unknown stands last either way.
import type { Row } from './filter';

export interface Sort {
  column: string;
  down: boolean;
}

export function parseSort(text: string): Sort {
  const down = text.startsWith('-');
  return { column: text.slice(down ? 1 : 0), down };
}

export function sorted<T extends Row>(rows: T[], { column, down }: Sort): T[] {
  if (column === '') return rows;
  return [...rows].sort((a, b) => order(a[column], b[column], down));
}

function order(a: unknown, b: unknown, down: boolean): number {
  const [left, right] = [isUnknown(a), isUnknown(b)];
  if (left || right) return Number(left) - Number(right);
  const ascending =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), 'en', { numeric: true });
  return down ? -ascending : ascending;
}

function isUnknown(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

/** The sort after a click on a column's head: up, then down. */
export function toggled(sort: Sort, column: string): string {
  return sort.column === column && !sort.down ? `-${column}` : column;
}
