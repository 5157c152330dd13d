// A table of any length: only the rows that are seen are in the page.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isDivider, type Divider } from './arrange';
import type { Sort } from './sort';

export const rowHeight = 28;
const beyond = 8;

export interface Column<T> {
  key: string;
  label: string;
  unit?: string;
  right?: boolean;
  wide?: boolean; // left out on narrow screens
  cell: (row: T) => ComponentChildren;
}

interface Props<T extends object> {
  name: string;
  rows: (T | Divider)[];
  columns: Column<T>[];
  keyOf: (row: T) => string;
  sort: Sort;
  onSort: (column: string) => void;
  cursor: number;
  selected: Set<string>;
  highlighted: string | null;
  onToggle: (row: T) => void;
  onOpen: (row: T) => void;
  onHover: (key: string | null) => void;
  onDivider: (divider: Divider) => void;
}

interface Window {
  first: number;
  count: number;
}

function useWindow(place: preact.RefObject<HTMLDivElement>): Window {
  const [seen, set] = useState<Window>({ first: 0, count: 40 });
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const look = () => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - beyond);
      const count = Math.ceil(element.clientHeight / rowHeight) + 2 * beyond;
      set((old) => (old.first === first && old.count === count ? old : { first, count }));
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    const sized = new ResizeObserver(look);
    sized.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      sized.disconnect();
    };
  }, []);
  return seen;
}

function ariaSort(sort: Sort, key: string): 'ascending' | 'descending' | 'none' {
  if (sort.column !== key) return 'none';
  return sort.down ? 'descending' : 'ascending';
}

function Head<T extends object>({ columns, sort, onSort }: Props<T>) {
  return (
    <thead>
      <tr>
        <th scope="col" class="pick">
          <span class="hidden">selected</span>
        </th>
        {columns.map((column) => (
          <th
            scope="col"
            key={column.key}
            class={`${column.right ? 'number' : ''} ${column.wide ? 'wide' : ''}`}
            aria-sort={ariaSort(sort, column.key)}
          >
            <button type="button" onClick={() => onSort(column.key)}>
              {column.label}
              {column.unit && <span class="unit"> {column.unit}</span>}
              <span aria-hidden="true" class="arrow">
                {sort.column === column.key ? (sort.down ? ' ↓' : ' ↑') : ''}
              </span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Line<T extends object>({ row, index, table }: { row: T; index: number; table: Props<T> }) {
  const key = table.keyOf(row);
  const marks = [
    index === table.cursor ? 'cursor' : '',
    table.selected.has(key) ? 'selected' : '',
    table.highlighted === key ? 'highlighted' : '',
  ];
  return (
    <tr
      class={marks.join(' ')}
      aria-rowindex={index + 2}
      onMouseEnter={() => table.onHover(key)}
      onMouseLeave={() => table.onHover(null)}
      onDblClick={() => table.onOpen(row)}
    >
      <td class="pick">
        <input
          type="checkbox"
          aria-label={`select ${key}`}
          checked={table.selected.has(key)}
          onChange={() => table.onToggle(row)}
        />
      </td>
      {table.columns.map((column) => (
        <td key={column.key} class={`${column.right ? 'number' : ''} ${column.wide ? 'wide' : ''}`}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** The head of a group of rows, as high as they are. */
function Group<T extends object>(props: { row: Divider; index: number; table: Props<T> }) {
  const { row, index, table } = props;
  return (
    <tr class={`group ${index === table.cursor ? 'cursor' : ''}`} aria-rowindex={index + 2}>
      <th scope="rowgroup" colSpan={table.columns.length + 1}>
        <button type="button" aria-expanded={row.open} onClick={() => table.onDivider(row)}>
          <span aria-hidden="true">{row.open ? '▾' : '▸'}</span> {row.label}
        </button>
        <span class="quiet"> {row.note}</span>
      </th>
    </tr>
  );
}

export function Table<T extends object>(props: Props<T>) {
  const place = useRef<HTMLDivElement>(null);
  const { first, count } = useWindow(place);
  const { rows, columns, cursor } = props;
  useEffect(() => {
    const element = place.current;
    if (!element || cursor < 0) return;
    const [top, bottom] = [cursor * rowHeight, (cursor + 2) * rowHeight];
    if (top < element.scrollTop) element.scrollTop = top;
    const low = element.scrollTop + element.clientHeight - rowHeight;
    if (bottom > low + rowHeight) element.scrollTop = bottom - element.clientHeight + rowHeight;
  }, [cursor]);
  const from = Math.min(first, Math.max(0, rows.length - 1));
  const shown = rows.slice(from, from + count);
  const after = Math.max(0, rows.length - from - shown.length);
  return (
    <div ref={place} class="table" tabIndex={0} role="region" aria-label={props.name}>
      <table aria-rowcount={rows.length + 1}>
        <caption class="hidden">{props.name}</caption>
        <Head {...props} />
        <tbody>
          {from > 0 && <Gap rows={from} columns={columns.length + 1} />}
          {shown.map((row, k) =>
            isDivider(row) ? (
              <Group key={`group ${row.divider}`} row={row} index={from + k} table={props} />
            ) : (
              <Line key={props.keyOf(row)} row={row} index={from + k} table={props} />
            ),
          )}
          {after > 0 && <Gap rows={after} columns={columns.length + 1} />}
        </tbody>
      </table>
    </div>
  );
}

function Gap({ rows, columns }: { rows: number; columns: number }) {
  return (
    <tr aria-hidden="true" class="gap">
      <td colSpan={columns} style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  );
}
