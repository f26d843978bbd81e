import { type JenkinsState, type Parameter, type QueueItem } from "./model.ts";

/** An item can be asked for this long after it left the queue. */
const REMEMBERED_MS = 5 * 60_000;

/** Where an item of the queue stands. */
export type QueueVerdict = "left" | "quiet" | "blocked" | "waiting" | "ready";

export type Load = {
  runningOf: (job: string) => number;
  freeExecutors: number;
  isConcurrent: (job: string) => boolean;
};

/** Puts an item into the queue; an identical one that waits already is returned instead. */
export function enqueue(
  state: JenkinsState,
  wanted: { job: string; parameters: Parameter[]; now: number; dueAt: number },
): { item: QueueItem; isNew: boolean } {
  const { job, parameters, now, dueAt } = wanted;
  const same = state.queue.find(
    (item) => item.leftAt === null && item.job === job && sameParameters(item.parameters, parameters),
  );
  if (same !== undefined) {
    // As in Jenkins, being asked again moves the end of the quiet period, when one is running.
    if (same.dueAt > now) same.dueAt = dueAt;
    return { item: same, isNew: false };
  }
  const item = { id: state.nextQueueId, job, parameters, since: now, dueAt, leftAt: null, build: null };
  state.nextQueueId += 1;
  state.queue.push(item);
  return { item, isNew: true };
}

export function forgetOldItems(state: JenkinsState, now: number): void {
  state.queue = state.queue.filter((item) => item.leftAt === null || now - item.leftAt < REMEMBERED_MS);
}

export function judge(item: QueueItem, load: Load, now: number): QueueVerdict {
  if (item.leftAt !== null) return "left";
  if (item.dueAt > now) return "quiet";
  if (!load.isConcurrent(item.job) && load.runningOf(item.job) > 0) return "blocked";
  return load.freeExecutors > 0 ? "ready" : "waiting";
}

/** Jenkins' own words for why an item still waits. */
export function reasonFor(verdict: QueueVerdict, item: QueueItem, now: number): string | null {
  switch (verdict) {
    case "left":
      return null;
    case "quiet":
      return `In the quiet period. Expires in ${((item.dueAt - now) / 1000).toFixed(1)} sec`;
    case "blocked":
      return "A build of this job is already in progress";
    case "waiting":
    case "ready":
      return "Waiting for next available executor";
  }
}

function sameParameters(a: Parameter[], b: Parameter[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, value }) => b.some((other) => other.name === name && other.value === value))
  );
}
