import { type Condition, type Pod } from "../objects.ts";

export const timeText = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, "Z");

/** Puts a condition into a list. Its transition time moves only when its status does. */
export function withCondition(conditions: Condition[] | undefined, wanted: Condition, now: Date): Condition[] {
  const others = (conditions ?? []).filter(({ type }) => type !== wanted.type);
  const before = conditions?.find(({ type }) => type === wanted.type);
  const lastTransitionTime = before?.status === wanted.status ? before.lastTransitionTime : timeText(now);
  return [...others, { ...wanted, lastTransitionTime }];
}

export const conditionOf = (object: { status?: { conditions?: Condition[] } }, type: string): Condition | undefined =>
  object.status?.conditions?.find((one) => one.type === type);

export const isReady = (pod: Pod): boolean => conditionOf(pod, "Ready")?.status === "True";
export const isActive = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined && pod.status.phase !== "Succeeded" && pod.status.phase !== "Failed";

/** Milliseconds until a ready pod counts as available, 0 when it does; undefined when it is not ready at all. */
export function availableIn(pod: Pod, minReadySeconds: number, now: Date): number | undefined {
  const ready = conditionOf(pod, "Ready");
  if (ready?.status !== "True") return undefined;
  return Math.max(0, Date.parse(ready.lastTransitionTime ?? "") + minReadySeconds * 1000 - now.getTime());
}

/** "25%" or 3 of a total, in whole pods. */
export function portionOf(value: number | string, total: number, round: (n: number) => number): number {
  return typeof value === "number" ? value : round((Number.parseInt(value, 10) / 100) * total);
}
