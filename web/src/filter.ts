// The line above the table: words that must stand somewhere in a row, and comparisons of columns.
// "failed", "size:64x2x4", "test_loss<0.8", "-running", `"two words"`.

export type Row = Record<string, unknown>;
type Test = (row: Row) => boolean;

const comparison = /^(-?)([A-Za-z_][\w./]*)(<=|>=|!=|=|<|>|:)(.*)$/;

export function parseFilter(text: string): Test {
  const tests = wordsOf(text).map(testOf);
  return (row) => tests.every((test) => test(row));
}

function wordsOf(text: string): string[] {
  const words = text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  return words
    .map((word) => word.replaceAll('"', ''))
    .filter((word) => word !== '' && word !== '-');
}

function testOf(word: string): Test {
  const parts = comparison.exec(word);
  if (parts) {
    const test = compare(parts[2], parts[3], parts[4]);
    return parts[1] === '-' ? (row) => !test(row) : test;
  }
  const negative = word.startsWith('-');
  const wanted = word.slice(negative ? 1 : 0).toLowerCase();
  return (row) => textOf(row).includes(wanted) !== negative;
}

function textOf(row: Row): string {
  return Object.values(row)
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .join('\n')
    .toLowerCase();
}

function compare(column: string, operator: string, wanted: string): Test {
  const number = Number(wanted);
  const isNumber = wanted.trim() !== '' && Number.isFinite(number);
  return (row) => {
    const value = row[column];
    if (value === undefined) return false;
    switch (operator) {
      case '<':
        return typeof value === 'number' && isNumber && value < number;
      case '>':
        return typeof value === 'number' && isNumber && value > number;
      case '<=':
        return typeof value === 'number' && isNumber && value <= number;
      case '>=':
        return typeof value === 'number' && isNumber && value >= number;
      case '!=':
        return !equals(value, wanted, number);
      case '=':
        return equals(value, wanted, number);
      default:
        return String(value ?? '')
          .toLowerCase()
          .includes(wanted.toLowerCase());
    }
  };
}

function equals(value: unknown, wanted: string, number: number): boolean {
  if (value === null) return wanted === '' || wanted === 'null';
  return typeof value === 'number' ? value === number : String(value) === wanted;
}
