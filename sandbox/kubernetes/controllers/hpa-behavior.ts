import { type HorizontalPodAutoscaler, type ScalingRules } from "../objects.ts";

const DOWN_WINDOW_S = 300;

type Past = { recommended: { at: number; size: number }[]; changes: { at: number; by: number }[] };
type Question = { current: number; bounded: number; minReplicas: number; maxReplicas: number };

/**
 * `spec.behavior`: a size is taken only when it has been the least (up) or the most (down) that was recommended within
 * the stabilisation window, and only as fast as the policies allow. `scale` shortens the windows. The past is kept in
 * memory: after a start it begins anew.
 */
export class Recommendations {
  readonly #past = new Map<string, Past>();
  readonly #scale: number;

  constructor(scale: number) {
    this.#scale = scale;
  }

  decide({ metadata, spec }: HorizontalPodAutoscaler, { current, bounded, ...range }: Question, now: number): number {
    const past = this.#past.get(metadata.uid) ?? { recommended: [], changes: [] };
    this.#past.set(metadata.uid, past);
    const { scaleUp, scaleDown } = spec.behavior ?? {};
    past.recommended.push({ at: now, size: bounded });
    const recent = (windowS: number): number[] =>
      past.recommended.filter(({ at }) => now - at <= windowS * 1000 * this.#scale).map(({ size }) => size);
    const up = Math.min(...recent(scaleUp?.stabilizationWindowSeconds ?? 0));
    const down = Math.max(...recent(scaleDown?.stabilizationWindowSeconds ?? DOWN_WINDOW_S));
    const stable = current < up ? up : current > down ? down : current;
    const limit =
      stable > current
        ? this.#limit(scaleUp, "up", current, past, now)
        : this.#limit(scaleDown, "down", current, past, now);
    const decided = stable > current ? Math.min(stable, limit) : Math.max(stable, limit);
    const size = Math.min(range.maxReplicas, Math.max(range.minReplicas, decided));
    if (size !== current) past.changes.push({ at: now, by: size - current });
    past.recommended = past.recommended.filter(({ at }) => now - at <= 3_600_000);
    past.changes = past.changes.filter(({ at }) => now - at <= 3_600_000);
    return size;
  }

  /** How far the policies let the size go, counted from what it was at the beginning of each policy's period. */
  #limit(rules: ScalingRules | undefined, way: "up" | "down", current: number, past: Past, now: number): number {
    const fallback: ScalingRules["policies"] =
      way === "up"
        ? [
            { type: "Pods", value: 4, periodSeconds: 15 },
            { type: "Percent", value: 100, periodSeconds: 15 },
          ]
        : [{ type: "Percent", value: 100, periodSeconds: 15 }];
    if (rules?.selectPolicy === "Disabled") return current;
    const limits = (rules?.policies ?? fallback).map(({ type, value, periodSeconds }) => {
      const changed = past.changes
        .filter(({ at, by }) => now - at <= periodSeconds * 1000 * this.#scale && by > 0 === (way === "up"))
        .reduce((sum, { by }) => sum + by, 0);
      const start = current - changed;
      const step = type === "Pods" ? value : (start * value) / 100;
      return way === "up" ? Math.ceil(start + step) : Math.floor(start - step);
    });
    const least = rules?.selectPolicy === "Min";
    return (way === "up") === least ? Math.min(...limits) : Math.max(...limits);
  }
}
