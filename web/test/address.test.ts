import { describe, expect, it } from 'vitest';
import { hrefTo, parseAddress, toHash } from '../src/address';

describe('the address', () => {
  it('is the state: what is written is read again', () => {
    const address = { view: 'run', name: 'a/b <x>', settings: { select: 'aa,bb', q: 'x&y=1' } };
    expect(parseAddress(toHash(address))).toEqual(address);
  });
  it('leads to the first screen where it names nothing', () => {
    for (const hash of ['', '#', '#/', '#/nowhere', '#?']) {
      expect(parseAddress(hash).view).toBe('scaling');
    }
    expect(parseAddress('#/run/%E0%A4%A').name).toBe('%E0%A4%A');
  });
  it('keeps sweep and selection from view to view, and nothing else', () => {
    const from = parseAddress('#/runs?sweep=s&select=aa&q=failed&sort=-seed');
    expect(hrefTo(from, 'scaling')).toBe('#/scaling?sweep=s&select=aa');
    expect(hrefTo(from, 'run', 'a b')).toBe('#/run/a%20b?sweep=s&select=aa');
  });
});
