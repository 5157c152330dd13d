import { describe, expect, it } from 'vitest';
import {
  ago,
  amount,
  bytes,
  dollars,
  duration,
  exact,
  number,
  percent,
  tick,
  whole,
} from '../src/format';

describe('numbers', () => {
  it('have three significant digits', () => {
    expect(number(0.8639490310707595)).toBe('0.864');
    expect(number(12.345)).toBe('12.3');
    expect(number(1234.5)).toBe('1235');
    expect(number(45678)).toBe('45,678');
    expect(number(1.2345e9)).toBe('1.23e9');
    expect(number(-0.00001234)).toBe('-1.23e-5');
    expect(number(0)).toBe('0');
    expect(number(1)).toBe('1.00');
  });
  it('are a dash where they are unknown, never 0', () => {
    for (const show of [number, amount, whole, percent, dollars, duration, bytes]) {
      expect(show(null)).toBe('–');
      expect(show(undefined)).toBe('–');
      expect(show(Number.NaN)).toBe('–');
    }
    expect(exact(null)).toBe('unknown');
  });
  it('are told exactly on hover', () => {
    expect(exact(0.8639490310707595)).toBe('0.8639490310707595');
  });
  it('take prefixes where they count something', () => {
    expect(amount(11368)).toBe('11.4 k');
    expect(amount(6.8e9)).toBe('6.80 G');
    expect(amount(12)).toBe('12');
    expect(bytes(3421)).toBe('3.42 kB');
    expect(bytes(27)).toBe('27 B');
    expect(percent(0.0999999999)).toBe('10.0 %');
  });
  it('are dollars with cents below a hundred', () => {
    expect(dollars(3.456)).toBe('$3.46');
    expect(dollars(1234.5)).toBe('$1,235');
  });
});

describe('times', () => {
  it('are told in the unit that one would say', () => {
    expect(duration(0.3)).toBe('0.30 s');
    expect(duration(42)).toBe('42 s');
    expect(duration(200)).toBe('3 min');
    expect(duration(9000)).toBe('2.5 h');
    expect(duration(5 * 86400)).toBe('5.0 d');
  });
  it('are told from now', () => {
    expect(ago(1000, 1001)).toBe('now');
    expect(ago(1000, 1180)).toBe('3 min ago');
    expect(ago(null, 1180)).toBe('–');
  });
});

describe('ticks', () => {
  it('are powers of ten where decimals would be long', () => {
    expect(tick(1e12)).toBe('10¹²');
    expect(tick(3e-7)).toBe('3×10⁻⁷');
    expect(tick(0.85)).toBe('0.85');
    expect(tick(2000)).toBe('2000');
    expect(tick(0)).toBe('0');
    expect(tick(1e18)).toBe('10¹⁸');
  });
});
