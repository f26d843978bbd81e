import type { Decisions } from "./use-decisions.ts";

/** What the release dialog is opened for; each is the same release with another form. */
export type ReleaseTask =
  | { kind: "deploy"; buildId: string | null }
  | { kind: "scale" }
  | { kind: "restart" }
  | { kind: "rollback"; number: number }
  /** What was changed by hand goes into the Spec, or back to what the Spec says. */
  | { kind: "drift"; way: "keep" | "undo"; decisions: Decisions };
