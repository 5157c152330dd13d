// Parts of the loss figure whose runs are left out of the law: rectangles, drawn with the mouse and
// kept in the address. "flops:1e15:2e15:0.7:0.8" is one; several stand between semicolons.
import type { Run } from './documents';

export type Limits = [number, number];

export interface Region {
  column: 'flops' | 'windows' | 'params_shared' | 'device_hours';
  x: Limits;
  loss: Limits;
}

const columns = ['flops', 'windows', 'params_shared', 'device_hours'];
const digits = 6;

/** What cannot be read is no region. */
export function parseRegions(text: string): Region[] {
  return text.split(';').flatMap((part) => {
    const [column, ...words] = part.split(':');
    const numbers = words.map(Number);
    if (!columns.includes(column) || numbers.length !== 4) return [];
    if (words.includes('') || !numbers.every(Number.isFinite)) return [];
    const [x0, x1, y0, y1] = numbers;
    return [{ column: column as Region['column'], x: [x0, x1], loss: [y0, y1] }];
  });
}

/** Limits are rounded as they are written, so that page and fit leave out the same runs. */
export function regionsText(regions: Region[]): string {
  return regions.map(({ column, x, loss }) => [column, ...x, ...loss].join(':')).join(';');
}

export function regionOf(column: Region['column'], x: Limits, loss: Limits): Region {
  const rounded = (limits: Limits): Limits => [
    Number(Math.min(...limits).toPrecision(digits)),
    Number(Math.max(...limits).toPrecision(digits)),
  ];
  return { column, x: rounded(x), loss: rounded(loss) };
}

function within(value: number | null, [low, high]: Limits): boolean {
  return value !== null && value >= low && value <= high;
}

export function isIn(run: Run, regions: Region[]): boolean {
  return regions.some(
    ({ column, x, loss }) => within(run[column], x) && within(run.test_loss, loss),
  );
}

/** The condition of a law of the runs that are left. */
export function whereOf(where: string, regions: Region[]): string {
  const left = regions.map(
    ({ column, x, loss }) =>
      `!(${column} >= ${x[0]} && ${column} <= ${x[1]} && ` +
      `test_loss >= ${loss[0]} && test_loss <= ${loss[1]})`,
  );
  return [...(where === '' ? [] : [left.length > 0 ? `(${where})` : where]), ...left].join(' && ');
}
