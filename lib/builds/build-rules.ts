import { type BuildState } from "./schema.ts";

/** States only ever move to a higher rank; the three ends share the highest and are never left. */
const RANK: Record<BuildState, number> = {
  requested: 0,
  queued: 1,
  running: 2,
  cancelling: 3,
  verifying: 4,
  succeeded: 5,
  failed: 5,
  cancelled: 5,
};
export const isTerminalBuild = (state: BuildState): boolean => RANK[state] === RANK.succeeded;
export const mayMove = (from: BuildState, to: BuildState): boolean => RANK[from] < RANK[to];

/** Jenkins has finished once the image is being verified: there is nothing left to cancel. */
export const isCancellable = (state: BuildState): boolean => mayMove(state, "cancelling");

/** A trigger whose answer was lost may still arrive at Jenkins: only after this long is "not there" believed. */
const TRIGGER_SETTLES_MS = 5_000;
/** How long Jenkins may not know a run that it had told us of (restart, slow disk) before it counts as lost. */
const LOST_AFTER_MS = 30_000;
const RUN_LIMIT_MS = 60 * 60_000;
/** A stop that did nothing is asked for again. */
const STOP_AGAIN_MS = 15_000;

/** The part of a build row that decisions need. Times are when we acted, not what Jenkins says. */
export type BuildFacts = {
  state: BuildState;
  queueId: number | null;
  runNumber: number | null;
  cancelRequested: boolean;
  triggerSentAt: Date | null;
  stopSentAt: Date | null;
  missingSince: Date | null;
};

/** What Jenkins said about a build when it was asked just now. */
export type JenkinsObservation =
  | { kind: "nothing" }
  | { kind: "waiting"; queueId: number; why: string | null }
  | { kind: "dropped" }
  | {
      kind: "run";
      number: number;
      url: string;
      startedAt: Date;
      building: boolean;
      result: "SUCCESS" | "FAILURE" | "UNSTABLE" | "ABORTED" | "NOT_BUILT" | null;
    };

export type RunEnd = "image-pushed" | "failed" | "cancelled" | "stopped-elsewhere" | "timed-out" | "lost";

/** The one thing to do next. `note…` and `end` are written to the row, the others are effects in Jenkins. */
export type BuildDecision =
  | { do: "done" }
  | { do: "wait"; afterMs: number }
  | { do: "trigger" }
  | { do: "note-queued"; queueId: number; why: string | null }
  | { do: "note-running"; number: number; url: string; startedAt: Date }
  | { do: "note-missing" }
  | { do: "cancel-queue-item"; queueId: number }
  | { do: "stop"; number: number }
  | { do: "verify" }
  | { do: "end"; how: RunEnd };

/** Total over every row and observation; asks for nothing twice that Jenkins might still be doing. */
export function decide(row: BuildFacts, seen: JenkinsObservation, now: Date): BuildDecision {
  if (isTerminalBuild(row.state)) return { do: "done" };
  if (row.state === "verifying") return { do: "verify" };
  switch (seen.kind) {
    case "nothing":
      return decideUnknown(row, now);
    case "waiting":
      if (row.queueId !== seen.queueId) return { do: "note-queued", queueId: seen.queueId, why: seen.why };
      if (row.cancelRequested && due(row.stopSentAt, now)) return { do: "cancel-queue-item", queueId: seen.queueId };
      if (row.state === "requested") return { do: "note-queued", queueId: seen.queueId, why: seen.why };
      return { do: "wait", afterMs: 500 };
    case "dropped":
      return { do: "end", how: row.cancelRequested ? "cancelled" : "stopped-elsewhere" };
    case "run":
      return decideRun(row, seen, now);
  }
}

function decideUnknown(row: BuildFacts, now: Date): BuildDecision {
  const known = row.runNumber !== null || row.queueId !== null;
  if (known) {
    if (!row.missingSince) return { do: "note-missing" };
    if (elapsed(row.missingSince, now) < LOST_AFTER_MS) return { do: "wait", afterMs: 1_000 };
    return { do: "end", how: row.cancelRequested ? "cancelled" : "lost" };
  }
  if (row.triggerSentAt && elapsed(row.triggerSentAt, now) < TRIGGER_SETTLES_MS) return { do: "wait", afterMs: 1_000 };
  return row.cancelRequested ? { do: "end", how: "cancelled" } : { do: "trigger" };
}

function decideRun(row: BuildFacts, seen: Extract<JenkinsObservation, { kind: "run" }>, now: Date): BuildDecision {
  const { number, url, startedAt } = seen;
  if (row.runNumber !== number || mayMove(row.state, "running")) return { do: "note-running", number, url, startedAt };
  const ageMs = elapsed(startedAt, now);
  const tooLong = ageMs > RUN_LIMIT_MS;
  if (seen.building || seen.result === null) {
    if ((row.cancelRequested || tooLong) && due(row.stopSentAt, now)) return { do: "stop", number };
    return { do: "wait", afterMs: ageMs < 120_000 ? 500 : 1_000 };
  }
  switch (seen.result) {
    case "SUCCESS":
      return { do: "end", how: "image-pushed" };
    case "ABORTED":
    case "NOT_BUILT":
      if (row.cancelRequested) return { do: "end", how: "cancelled" };
      return { do: "end", how: tooLong ? "timed-out" : "stopped-elsewhere" };
    case "FAILURE":
    case "UNSTABLE":
      return { do: "end", how: row.cancelRequested && row.stopSentAt ? "cancelled" : "failed" };
  }
}

const elapsed = (since: Date, now: Date): number => now.getTime() - since.getTime();
const due = (sentAt: Date | null, now: Date): boolean => sentAt === null || elapsed(sentAt, now) >= STOP_AGAIN_MS;

/** After SUCCESS the image may take a moment to be seen; for this long its absence is waited out. */
const IMAGE_APPEARS_WITHIN_MS = 30_000;

export type ImageObservation = { digest: string; labels: Record<string, string> } | null;
export type ImageVerdict =
  | { verdict: "good"; digest: string }
  | { verdict: "wait" }
  | { verdict: "bad"; sentence: string; next: string };

/**
 * Is what stands under the tag what this build was asked to make? The labels are written by the pipeline
 * (https://github.com/opencontainers/image-spec/blob/main/annotations.md, org.opencontainers.image.revision).
 */
export function judgeImage(
  build: { id: string; commitSha: string; image: string; runEndedAt: Date },
  seen: ImageObservation,
  now: Date,
): ImageVerdict {
  if (!seen) {
    if (elapsed(build.runEndedAt, now) < IMAGE_APPEARS_WITHIN_MS) return { verdict: "wait" };
    return {
      verdict: "bad",
      sentence: `Jenkins reported success, but the registry has no image ${build.image}.`,
      next: "See in the log where the push went, then build again.",
    };
  }
  const revision = seen.labels[LABEL_REVISION];
  if (revision !== build.commitSha || seen.labels[LABEL_BUILD] !== build.id) {
    return {
      verdict: "bad",
      sentence: `The image ${build.image} was made from ${revision ? `commit ${revision.slice(0, 8)}` : "an unknown commit"}, not by this build from ${build.commitSha.slice(0, 8)}.`,
      next: "Something else pushes to this repository. Find it, then build again.",
    };
  }
  return { verdict: "good", digest: seen.digest };
}

export const LABEL_REVISION = "org.opencontainers.image.revision";
export const LABEL_SOURCE = "org.opencontainers.image.source";
export const LABEL_BUILD = "dev.kepler.app/build";
