import { expect, test } from 'vitest';
import { arranged, isDivider, noteOf, toggledIn } from '../src/arrange';

const rows = [
  { id: 'a', size: '16x1x2', state: 'done', test_loss: 0.9 },
  { id: 'b', size: '8x1x2', state: 'done', test_loss: 0.81234 },
  { id: 'c', size: '16x1x2', state: 'failed', test_loss: null },
  { id: 'd', size: null, state: 'waiting', test_loss: null },
];
const plain = { pinned: [], hidden: [], keys: [], closed: [] };
const names = (how: object) =>
  arranged(rows, { ...plain, ...how }).map((row) => (isDivider(row) ? `[${row.label}]` : row.id));

test('pinned rows come first, hidden ones not at all', () => {
  expect(names({})).toEqual(['a', 'b', 'c', 'd']);
  expect(names({ pinned: ['d', 'b', 'x'], hidden: ['a'] })).toEqual(['d', 'b', 'c']);
  expect(names({ pinned: ['a'], hidden: ['a'] })).toEqual(['b', 'c', 'd']);
});

test('groups stand in the order of their names, and keep the order of their rows', () => {
  const bySize = ['[8x1x2]', 'b', '[16x1x2]', 'a', 'c', '[none]', 'd'];
  expect(names({ keys: ['size'] })).toEqual(bySize);
  expect(names({ keys: ['size'], closed: ['16x1x2'] })).toEqual(
    bySize.filter((name) => name !== 'a' && name !== 'c'),
  );
  expect(names({ keys: ['size', 'state'] })).toContain('[16x1x2 · failed]');
  expect(names({ keys: ['size'], pinned: ['c'] })[0]).toBe('c');
});

test('a group says what is in it', () => {
  expect(noteOf(rows.slice(0, 2))).toBe('2 runs, 2 done, least test loss 0.812');
  expect(noteOf(rows.slice(3))).toBe('1 run, 0 done');
});

test('a list with and without one', () => {
  expect(toggledIn(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggledIn(['a', 'b'], 'a')).toEqual(['b']);
});
