// The law in words: what stands large, and what explains it.
import type { Fit, FitDocument } from './documents';

export interface Said {
  group: string;
  code: string;
  headline: string;
  rest: string;
}

/** The first clause of a sentence, and what follows. */
export function split(sentence: string): [string, string] {
  const end = sentence.search(/; |\. /);
  if (end < 0) return [sentence, ''];
  const rest = sentence.slice(end + 2);
  return [`${sentence.slice(0, end)}.`, rest.charAt(0).toUpperCase() + rest.slice(1)];
}

export function fitsOf(document: FitDocument): Fit[] {
  if (!document.fits) return [document];
  return document.pooled && document.fits.length > 1
    ? [document.pooled, ...document.fits]
    : document.fits;
}

export function saidOf(document: FitDocument): Said[] {
  return fitsOf(document).map((fit) => {
    const [headline, rest] = split(fit.verdict.sentence);
    const group = fit === document.pooled ? 'all subsets' : (fit.group ?? '');
    return { group, code: fit.verdict.code, headline, rest };
  });
}
