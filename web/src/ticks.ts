// Where an axis has its numbers, as the figures of the command line place them: decades where there
// are several, else 1-3 or 1-2-5 steps within them, else round values.

/** Round values of a linear axis from `low` to `high`, at most about `wanted`. */
export function linearTicks(low: number, high: number, wanted: number): number[] {
  const raw = (high - low) / Math.max(1, wanted);
  if (!(raw > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((front) => front * power).find((one) => one >= raw * 0.999)!;
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high * (1 + 1e-9); k += 1) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

function decadeTicks(low: number, high: number, fronts: number[], stride: number): number[] {
  const ticks: number[] = [];
  const from = Math.floor(Math.log10(low));
  for (let power = from; power <= Math.log10(high) + 1e-9; power += 1) {
    if (power % stride !== 0) continue;
    ticks.push(...fronts.map((front) => Number(`${front}e${power}`)));
  }
  return ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

/** The same on a logarithmic axis; `low` and `high` are above 0. */
export function logTicks(low: number, high: number, wanted: number): number[] {
  const choices = [
    decadeTicks(low, high, [1, 2, 5], 1),
    decadeTicks(low, high, [1, 3], 1),
    decadeTicks(low, high, [1], 1),
    decadeTicks(low, high, [1], 2),
    decadeTicks(low, high, [1], 5),
  ];
  if (choices[0].length < 4 && high / low < 10) return linearTicks(low, high, wanted);
  return choices.find((ticks) => ticks.length <= wanted) ?? choices[choices.length - 1];
}

/** The range of values, a little wider, so that no mark lies on the frame. */
export function padded(values: number[], log: boolean): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (log) {
    const room = Math.max((high / low) ** 0.04, 1.004);
    return [low / room, high * room];
  }
  const room = 0.04 * (high - low) || Math.abs(high) * 0.04 || 1;
  return [low - room, high + room];
}
