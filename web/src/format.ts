// Numbers and times as people read them: three significant digits, exact values in titles.

const prefixes: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

type Unknown = number | null | undefined;

export const dash = '–';

function isKnown(value: Unknown): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** Three significant digits: 0.864, 12.3, 1,230, 1.2e-5; "–" where it is unknown. */
export function number(value: Unknown, digits = 3): string {
  if (!isKnown(value)) return dash;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return power(value, digits);
  const rounded = Math.abs(Number(value.toPrecision(digits)));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(rounded) + 1e-12));
  const text = value.toFixed(Math.min(decimals, 12));
  return size >= 1e4 ? Number(text).toLocaleString('en') : text;
}

/** 4.00×10⁹ → "4.00e9": a power of ten that fits a table. */
function power(value: number, digits: number): string {
  return value.toExponential(digits - 1).replace('e+', 'e');
}

/** 11.4 k, 2.5 M; "–" where it is unknown. */
export function amount(value: Unknown): string {
  if (!isKnown(value)) return dash;
  for (const [unit, name] of prefixes) {
    if (Math.abs(value) >= unit * 0.9995 && unit >= 1e3) return `${number(value / unit)} ${name}`;
  }
  return Number.isInteger(value) ? String(value) : number(value);
}

/** Whole numbers with separators: 12,345. */
export function whole(value: Unknown): string {
  return isKnown(value) ? Math.round(value).toLocaleString('en') : dash;
}

export function percent(value: Unknown): string {
  return isKnown(value) ? `${number(100 * value)} %` : dash;
}

export function dollars(value: Unknown): string {
  if (!isKnown(value)) return dash;
  return value >= 100 ? `$${whole(value)}` : `$${value.toFixed(2)}`;
}

/** The value with all its digits, for a title; empty where it is unknown. */
export function exact(value: Unknown): string {
  return isKnown(value) ? String(value) : 'unknown';
}

/** 42 s, 3 min, 2.4 h, 5.1 d. */
export function duration(seconds: Unknown): string {
  if (!isKnown(seconds)) return dash;
  if (seconds < 0.95) return `${number(seconds, 2)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${number(seconds / 3600, 2)} h`;
  return `${number(seconds / 86400, 2)} d`;
}

/** "3 min ago"; "now" within two seconds. */
export function ago(at: Unknown, now: number): string {
  if (!isKnown(at)) return dash;
  const seconds = now - at;
  return seconds < 2 ? 'now' : `${duration(seconds)} ago`;
}

/** Day and time of this place, with seconds: the absolute beside a relative one. */
export function moment(at: Unknown): string {
  if (!isKnown(at)) return 'unknown';
  return new Date(at * 1000).toLocaleString('sv');
}

export function bytes(value: Unknown): string {
  if (!isKnown(value)) return dash;
  return value < 1000 ? `${whole(value)} B` : `${amount(value)}B`;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Numbers of a logarithmic axis: 10¹², 3×10⁹, 0.3, 20. */
export function tick(value: number): string {
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  if (exponent >= -3 && exponent < 4) return String(Number(value.toPrecision(4)));
  const front = Number((value / 10 ** exponent).toPrecision(3));
  const raised = `10${exponent < 0 ? '⁻' : ''}${[...String(Math.abs(exponent))]
    .map((digit) => superscripts[Number(digit)])
    .join('')}`;
  return front === 1 ? raised : `${front}×${raised}`;
}
