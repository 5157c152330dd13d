// The one scale of sizes: small models light, large ones dark, as the figures of the command line
// draw them. On a dark ground the same scale, cut where it would sink into it.
import type { Run } from './documents';

const viridis = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
];
const lightest = 0.78;
const darkest = 0.34;

function at(share: number): string {
  const place = Math.min(Math.max(share, 0), 1) * (viridis.length - 1);
  const low = Math.min(Math.floor(place), viridis.length - 2);
  const mix = viridis[low].map((from, k) =>
    Math.round(from + (place - low) * (viridis[low + 1][k] - from)),
  );
  return `rgb(${mix.join(' ')})`;
}

/** Color of a place among the sizes, 0 = the smallest. */
export function sizeColor(share: number, dark: boolean): string {
  return dark ? at(1 - (1 - darkest) * share) : at(lightest * (1 - share));
}

export interface Sizes {
  names: string[]; // small to large
  color: (size: string | null) => string;
}

const unknown = 'var(--faint)';

/** Which sizes there are: by parameters, then by name. Few are spread evenly, many by logarithm. */
export function sizesOf(runs: Pick<Run, 'size' | 'params_shared'>[], dark: boolean): Sizes {
  const smallest = new Map<string, number>();
  for (const run of runs) {
    if (run.size === null) continue;
    const known = smallest.get(run.size) ?? Infinity;
    smallest.set(run.size, Math.min(known, run.params_shared ?? Infinity));
  }
  const names = [...smallest.keys()].sort(
    (a, b) => smallest.get(a)! - smallest.get(b)! || a.localeCompare(b),
  );
  const share = (name: string) => shareOf(name, names, smallest);
  const colors = new Map(names.map((name) => [name, sizeColor(share(name), dark)]));
  return { names, color: (size) => (size === null ? unknown : (colors.get(size) ?? unknown)) };
}

function shareOf(name: string, names: string[], smallest: Map<string, number>): number {
  const place = names.length < 2 ? 0.5 : names.indexOf(name) / (names.length - 1);
  const [low, high] = [smallest.get(names[0])!, smallest.get(names[names.length - 1])!];
  if (names.length <= 8 || !Number.isFinite(high) || high <= low) return place;
  return Math.log(smallest.get(name)! / low) / Math.log(high / low);
}

const marks = ['circle', 'triangle', 'square', 'diamond', 'star', 'wye', 'cross', 'hexagon'];

/** The marker of a session subset, by its place among them. */
export function subsetMark(index: number): string {
  return marks[Math.max(index, 0) % marks.length];
}

const dashes = ['', '6 3', '2 3', '8 3 2 3'];

export function subsetDash(index: number): string {
  return dashes[Math.max(index, 0) % dashes.length];
}
