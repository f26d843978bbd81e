export type Age = { unit: "seconds" | "minutes" | "hours" | "days"; count: number };

const STEPS: [Age["unit"], number][] = [
  ["days", 86_400_000],
  ["hours", 3_600_000],
  ["minutes", 60_000],
  ["seconds", 1000],
];

/** A span of time in its largest whole unit; null for under a second and for clocks that disagree: "now". */
export function ageOf(ms: number): Age | null {
  for (const [unit, size] of STEPS) {
    if (ms >= size) return { unit, count: Math.floor(ms / size) };
  }
  return null;
}

/** 48 s → "0:48", 3 725 s → "1:02:05": for what is still going on. */
export function clockOf(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const pad = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(total % 60)}` : `${minutes}:${pad(total % 60)}`;
}
