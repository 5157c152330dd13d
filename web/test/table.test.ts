import { describe, expect, it } from 'vitest';
import { toCsv } from '../src/csv';
import { parseFilter } from '../src/filter';
import { parseSort, sorted, toggled } from '../src/sort';

const rows = [
  { id: 'aa11', state: 'done', size: '64x2x4', test_loss: 0.81, seed: 0 },
  {
    id: 'bb22',
    state: 'failed',
    size: '8x2x2',
    test_loss: null,
    why: 'code: exit code 70',
    seed: 1,
  },
  { id: 'cc33', state: 'running', size: '64x2x4', test_loss: 0.9, seed: 2 },
];
const left = (text: string) => rows.filter(parseFilter(text)).map((row) => row.id);

describe('the filter', () => {
  it('finds words anywhere, and all of them', () => {
    expect(left('')).toEqual(['aa11', 'bb22', 'cc33']);
    expect(left('FAILED')).toEqual(['bb22']);
    expect(left('64x2x4 running')).toEqual(['cc33']);
    expect(left('"exit code 70"')).toEqual(['bb22']);
    expect(left('-failed')).toEqual(['aa11', 'cc33']);
  });
  it('compares columns; what is unknown fits no comparison', () => {
    expect(left('test_loss<0.85')).toEqual(['aa11']);
    expect(left('test_loss>=0.81')).toEqual(['aa11', 'cc33']);
    expect(left('state:fail')).toEqual(['bb22']);
    expect(left('seed=1')).toEqual(['bb22']);
    expect(left('seed!=1')).toEqual(['aa11', 'cc33']);
    expect(left('test_loss=null')).toEqual(['bb22']);
    expect(left('-state:done')).toEqual(['bb22', 'cc33']);
    expect(left('nothing<3')).toEqual([]);
    expect(left('test_loss<x')).toEqual([]);
  });
  it('takes what is half typed', () => {
    for (const text of ['"', '-', 'test_loss<', '<', ':', '""', '"a']) left(text);
  });
});

describe('the sort', () => {
  const by = (text: string) => sorted(rows, parseSort(text)).map((row) => row.id);
  it('goes up and down, with the unknown last either way', () => {
    expect(by('test_loss')).toEqual(['aa11', 'cc33', 'bb22']);
    expect(by('-test_loss')).toEqual(['cc33', 'aa11', 'bb22']);
    expect(by('')).toEqual(['aa11', 'bb22', 'cc33']);
  });
  it('orders sizes by their numbers', () => {
    expect(by('size')[0]).toBe('bb22');
  });
  it('turns with each click', () => {
    expect(toggled(parseSort(''), 'seed')).toBe('seed');
    expect(toggled(parseSort('seed'), 'seed')).toBe('-seed');
    expect(toggled(parseSort('-seed'), 'seed')).toBe('seed');
  });
});

describe('CSV', () => {
  it('quotes what needs it; unknown is an empty cell', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x,y', null],
          ['"', 1.5],
        ],
      ),
    ).toBe('a,b\n"x,y",\n"""",1.5\n');
    expect(toCsv(['a'], [[{ width: 8 }], ['line\nbreak']])).toBe(
      'a\n"{""width"":8}"\n"line\nbreak"\n',
    );
  });
});
