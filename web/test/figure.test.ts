import { describe, expect, it } from 'vitest';
import type { MetricRow } from '../src/documents';
import { curvesOf, joined, smoothed } from '../src/curves';
import { split, saidOf } from '../src/sentence';
import { sizeColor, sizesOf } from '../src/sizes';
import { linearTicks, logTicks, padded } from '../src/ticks';

const row = (step: number, name: string, value: number | null): MetricRow => ({
  attempt: 1,
  step,
  windows: step * 8,
  flops: null,
  wall_s: step * 0.5,
  name,
  value,
});

describe('curves', () => {
  const rows = [row(2, 'train_loss', 5), row(1, 'train_loss', 6), row(2, 'test_loss', null)];
  it('are one a name, in the order of their axis', () => {
    const curves = curvesOf(rows, 'step');
    expect(curves.get('train_loss')).toEqual({ x: [1, 2], y: [6, 5] });
    expect(curves.get('test_loss')).toEqual({ x: [2], y: [null] });
    expect(curvesOf(rows, 'windows').get('train_loss')!.x).toEqual([8, 16]);
    expect(curvesOf(rows, 'flops').size).toBe(0);
  });
  it('are smoothed without a drag from zero, and keep their gaps', () => {
    expect(smoothed([4, 4, 4], 0.9)).toEqual([4, 4, 4].map((value) => expect.closeTo(value)));
    expect(smoothed([4, null, 8], 0.5)).toEqual([4, null, expect.closeTo(20 / 3)]);
    expect(smoothed([1, 9], 0)).toEqual([1, 9]);
  });
  it('share one axis; where one has no place it is not known', () => {
    const both = joined([
      { x: [1, 3], y: [10, 30] },
      { x: [2, 3], y: [20, null] },
    ]);
    expect(both.x).toEqual([1, 2, 3]);
    expect(both.ys).toEqual([
      [10, undefined, 30],
      [undefined, 20, null],
    ]);
  });
});

describe('ticks', () => {
  it('stand at round values within a decade', () => {
    expect(logTicks(0.79, 1.03, 8)).toEqual([0.8, 0.85, 0.9, 0.95, 1]);
    expect(linearTicks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(linearTicks(1, 1, 5)).toEqual([1]);
  });
  it('stand at 1-2-5 steps, 1-3 steps or decades', () => {
    expect(logTicks(1e10, 1.7e11, 10)).toEqual([1e10, 2e10, 5e10, 1e11]);
    expect(logTicks(1e10, 1e13, 8)).toEqual([1e10, 3e10, 1e11, 3e11, 1e12, 3e12, 1e13]);
    expect(logTicks(1e10, 1e18, 10)).toHaveLength(9);
    expect(logTicks(1e10, 1e30, 12)).toHaveLength(11);
  });
  it('leave room on both sides, and never reach 0 on a logarithmic axis', () => {
    const [low, high] = padded([1, 100], true);
    expect(low).toBeGreaterThan(0.5);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(100);
    expect(padded([5, 5], false)[0]).toBeLessThan(5);
    expect(padded([5], true)[0]).toBeGreaterThan(0);
  });
});

describe('sizes', () => {
  const runs = [
    { size: 'large', params_shared: 900 },
    { size: 'small', params_shared: 10 },
    { size: 'small', params_shared: 12 },
    { size: null, params_shared: null },
  ];
  it('are ordered by their parameters, one color each', () => {
    const sizes = sizesOf(runs, false);
    expect(sizes.names).toEqual(['small', 'large']);
    expect(sizes.color('large')).toBe('rgb(68 1 84)');
    expect(sizes.color('small')).not.toBe(sizes.color('large'));
    expect(sizes.color(null)).toBe('var(--faint)');
  });
  it('stay visible on a dark ground', () => {
    expect(sizeColor(1, true)).not.toBe(sizeColor(1, false));
  });
});

describe('the sentence', () => {
  it('has a headline and a rest', () => {
    expect(split('Undetermined: 20 rows; more sizes would tell. No optimum is given.')).toEqual([
      'Undetermined: 20 rows.',
      'More sizes would tell. No optimum is given.',
    ]);
    expect(split('The best size grows as C^0.51: ten times.')).toEqual([
      'The best size grows as C^0.51: ten times.',
      '',
    ]);
  });
  it('is told for all subsets first', () => {
    const fit = (group: string) => ({
      group,
      verdict: { code: 'ok', sentence: `${group} holds.` },
    });
    const pooled = { verdict: { code: 'ok', sentence: 'All hold.' } };
    const document = { fits: [fit('a'), fit('b')], pooled } as never;
    expect(saidOf(document).map((one) => one.group)).toEqual(['all subsets', 'a', 'b']);
    expect(saidOf(pooled as never)).toHaveLength(1);
  });
});
