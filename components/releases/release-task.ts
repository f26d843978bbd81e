import type { AppView } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { Decisions } from "./use-decisions.ts";

/** What the release dialog is opened for; each is the same release with another form. */
export type ReleaseTask =
  | { kind: "deploy"; buildId: string | null }
  | { kind: "scale" }
  | { kind: "resources" }
  /** Mesh mode and exposure. */
  | { kind: "network" }
  /** What was edited on the Settings tab, all of it together. */
  | { kind: "configure" }
  | { kind: "restart" }
  | { kind: "rollback"; number: number }
  /** A number of pods with an end; none at all, keeping the number; and that number again. */
  | { kind: "lease" }
  | { kind: "stop" }
  | { kind: "start" }
  /** What runs here, in another environment. */
  | { kind: "clone" }
  /** What was changed by hand goes into the Spec, or back to what the Spec says. */
  | { kind: "drift"; way: "keep" | "undo"; decisions: Decisions };
export type TaskKind = ReleaseTask["kind"];

/** What the form of a task gets. */
export type TaskFormProps<Kind extends TaskKind = TaskKind> = {
  app: AppView;
  environment: EnvironmentView;
  task: Extract<ReleaseTask, { kind: Kind }>;
  onCancel: () => void;
  onCreated: (releaseId: string) => void;
};
