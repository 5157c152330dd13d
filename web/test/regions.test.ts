import { expect, test } from 'vitest';
import type { Run } from '../src/documents';
import { isIn, parseRegions, regionOf, regionsText, whereOf } from '../src/regions';

const run = (flops: number | null, test_loss: number | null) => ({ flops, test_loss }) as Run;

test('a region is the same after the address', () => {
  const regions = [regionOf('flops', [2.0000004e15, 1e15], [0.7, 0.8]), regionOf('windows', [1, 2], [3, 4])];
  expect(regions[0]).toEqual({ column: 'flops', x: [1e15, 2e15], loss: [0.7, 0.8] });
  expect(parseRegions(regionsText(regions))).toEqual(regions);
});

test('what is no region is left out of the list', () => {
  for (const text of ['', 'flops', 'flops:1:2:3', 'flops:1:2:3:', 'loss:1:2:3:4', 'flops:1:2:3:x']) {
    expect(parseRegions(text)).toEqual([]);
  }
});

test('runs within are told from runs outside and unknown ones', () => {
  const regions = parseRegions('flops:1e15:2e15:0.7:0.8');
  expect(isIn(run(1e15, 0.8), regions)).toBe(true);
  expect(isIn(run(3e15, 0.75), regions)).toBe(false);
  expect(isIn(run(1.5e15, 0.9), regions)).toBe(false);
  expect(isIn(run(1.5e15, null), regions)).toBe(false);
  expect(isIn(run(1.5e15, 0.75), [])).toBe(false);
});

test('the law is asked for what is left', () => {
  const regions = parseRegions('flops:1e15:2e15:0.7:0.8');
  const left = '!(flops >= 1000000000000000 && flops <= 2000000000000000 && test_loss >= 0.7 && test_loss <= 0.8)';
  expect(whereOf('', [])).toBe('');
  expect(whereOf('a > 1 || b', [])).toBe('a > 1 || b');
  expect(whereOf('', regions)).toBe(left);
  expect(whereOf('a > 1 || b', regions)).toBe(`(a > 1 || b) && ${left}`);
});
