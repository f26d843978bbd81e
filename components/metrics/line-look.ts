import type { ChartSeries, SeriesPart } from "#lib/metrics/schema";

export type LineLook = { colour: string; dash: string | undefined; width: number };

const POD_COLOURS = 4;
const DASHES = [undefined, "6 3", "2 3", "8 3 2 3"];
/** Colour and dash of each line that is no pod's: told apart without colour too. */
const PARTS: Record<Exclude<SeriesPart, "value">, LineLook> = {
  in: { colour: "var(--k-pod-1)", dash: undefined, width: 1.5 },
  out: { colour: "var(--k-pod-2)", dash: "6 3", width: 1.5 },
  p50: { colour: "var(--k-pod-2)", dash: "2 3", width: 1.5 },
  p95: { colour: "var(--k-pod-1)", dash: undefined, width: 1.5 },
  p99: { colour: "var(--k-pod-3)", dash: "6 3", width: 1.5 },
  request: { colour: "var(--k-ink-4)", dash: "2 4", width: 1 },
  limit: { colour: "var(--k-ink-2)", dash: "8 4", width: 1 },
};

/** Is it what the others are held against? */
export const isBound = (part: SeriesPart): boolean => part === "request" || part === "limit";

/** How a line is drawn: a pod by its colour everywhere, `pods` being the order of all of them on the page. */
export function lookOf({ pod, part }: Pick<ChartSeries, "pod" | "part">, pods: readonly string[]): LineLook {
  if (pod === null) return part === "value" ? PARTS.in : PARTS[part];
  const index = Math.max(0, pods.indexOf(pod));
  const dash = part === "out" ? "1 3" : DASHES[Math.floor(index / POD_COLOURS) % DASHES.length];
  return { colour: `var(--k-pod-${(index % POD_COLOURS) + 1})`, dash, width: 1.5 };
}
