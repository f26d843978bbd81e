/** One measured line: what, how much, what it may or must be, and the machine's own baseline beside it. */
export type Figure = {
  name: string;
  value: number;
  unit: "ms" | "kB" | "MB" | "MB/s" | "s";
  /** At most so much. */
  limit?: number;
  /** At least so much. */
  atLeast?: number;
  baseline?: { name: string; value: number };
};

/** The p-th percentile (0–1) of a list by nearest rank. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

/** Durations of `times` runs one after another, in ms, after a tenth as many to warm up. */
export async function durations(times: number, run: () => Promise<unknown>): Promise<number[]> {
  for (let i = 0; i < Math.ceil(times / 10); i++) await run();
  const measured: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    await run();
    measured.push(performance.now() - startedAt);
  }
  return measured;
}

/** Whether the figure broke its limit. */
export const isOver = ({ value, limit = Infinity, atLeast = -Infinity }: Figure): boolean =>
  !(value <= limit && value >= atLeast);

export function print(figures: readonly Figure[]): void {
  const round = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
  for (const figure of figures) {
    const { name, value, unit, baseline } = figure;
    const verdict = verdictOn(figure);
    const beside = baseline
      ? `${baseline.name}: ${round(baseline.value)} ${unit} (×${(value / baseline.value).toFixed(1)})`
      : "";
    console.log(`${name.padEnd(58)} ${`${round(value)} ${unit}`.padStart(10)}  ${verdict.padEnd(12)} ${beside}`);
  }
}

function verdictOn(figure: Figure): string {
  const { limit, atLeast } = figure;
  if (limit !== undefined) return isOver(figure) ? `OVER ${limit}` : `within ${limit}`;
  if (atLeast !== undefined) return isOver(figure) ? `UNDER ${atLeast}` : `above ${atLeast}`;
  return "";
}
