import { type z } from "zod";
import { type buildStageView } from "./schema.ts";

type StageView = z.infer<typeof buildStageView>;

type Stage = { name: string; status: string; durationMs: number };

/** The pipeline's own stages; those that Jenkins adds around them ("Declarative: Post Actions") are its frame. */
export const toStageViews = (stages: readonly Stage[]): StageView[] =>
  stages.filter((stage) => !stage.name.startsWith("Declarative: ")).map(toStageView);

/** Jenkins' words for a stage in ours (pipeline-rest-api, StatusExt). What is new to us counts as waiting. */
function toStageView(stage: Stage): StageView {
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
