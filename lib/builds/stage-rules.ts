import { type z } from "zod";
import { type buildStageView } from "./schema.ts";

type StageView = z.infer<typeof buildStageView>;

/** Jenkins' words for a stage in ours (pipeline-rest-api, StatusExt). What is new to us counts as waiting. */
export function toStageView(stage: { name: string; status: string; durationMs: number }): StageView {
  const state = STATES[stage.status] ?? "waiting";
  return { name: stage.name, state, durationMs: state === "waiting" || state === "skipped" ? null : stage.durationMs };
}

const STATES: Record<string, StageView["state"]> = {
  NOT_EXECUTED: "skipped",
  IN_PROGRESS: "running",
  PAUSED_PENDING_INPUT: "waiting",
  SUCCESS: "done",
  UNSTABLE: "failed",
  FAILED: "failed",
  ABORTED: "aborted",
};
