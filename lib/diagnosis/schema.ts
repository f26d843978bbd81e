import { z } from "zod";
import { publicError } from "#lib/platform/steps";

/** The families of what can be wrong, causes before what only follows from them: the order in which findings are shown. */
export const FINDING_RULES = [
  "node",
  "quota",
  "scheduling",
  "config",
  "volume",
  "image",
  "memory",
  "slow-start",
  "crash",
  "port",
  "probe",
  "sidecar",
  "route",
  "disagreement",
  "autoscaler",
  "rollout",
] as const;
export type FindingRule = (typeof FINDING_RULES)[number];

/** What was seen that a finding rests on: who said it, of which object, when. */
export const evidence = z.object({
  system: z.enum(["kubernetes", "registry", "jenkins", "edge", "prometheus"]),
  source: z.enum(["status", "event", "log", "metrics", "spec", "answer"]),
  /** As one names it there: "Pod/shop-1", "container shop". */
  object: z.string(),
  text: z.string(),
  /** When it was so; null = as of the check. */
  at: z.iso.datetime().nullable(),
  /** How often, where it was counted. */
  count: z.number().int(),
});
export type Evidence = z.infer<typeof evidence>;

/** Sections of the Settings tab that a finding leads to, with the field in it. */
const settingsAction = z.object({
  kind: z.literal("settings"),
  section: z.enum(["size", "scale", "start", "ports", "network", "health", "storage", "placement"]),
  /** Path in the settings, such as "resources.memoryLimitBytes". */
  field: z.string().nullable(),
});
const logAction = z.object({
  kind: z.literal("log"),
  pod: z.string(),
  container: z.string(),
  /** Of the run before the present one. */
  previous: z.boolean(),
});
/** The way on from a finding, as the button that leads there. `ask`: somebody else must act; what to tell them is copied. */
export const findingAction = z.discriminatedUnion("kind", [
  settingsAction,
  logAction,
  z.object({ kind: z.literal("terminal"), pod: z.string() }),
  z.object({ kind: z.enum(["build", "rollback", "restart", "ask"]) }),
]);
export type FindingAction = z.infer<typeof findingAction>;
export type LogPlace = Omit<z.infer<typeof logAction>, "kind">;

export const finding = z.object({
  rule: z.enum(FINDING_RULES),
  /** Which of the rule's cases. */
  variant: z.string(),
  level: z.enum(["fail", "warn"]),
  /** Waiting longer cannot help. */
  decisive: z.boolean(),
  /** The sentence, and what to do next as another. */
  error: publicError,
  /** Every pod in which it is so. */
  pods: z.array(z.string()),
  evidence: z.array(evidence),
  actions: z.array(findingAction),
});
export type Finding = z.infer<typeof finding>;

export const diagnosisView = z.object({
  findings: z.array(finding),
  /** The release that a finding's `rollback` goes back to; null where there is none. */
  before: z.number().int().nullable(),
  /** When the systems were asked for this. */
  checkedAt: z.iso.datetime(),
  cluster: z.string(),
  /** As of when the pods are known; older than `checkedAt` where the cluster does not answer. */
  seenAt: z.iso.datetime().nullable(),
  /** What could not be looked at, and why: not the same as "nothing there". */
  gaps: z.array(z.object({ what: z.string(), error: publicError })),
});
export type DiagnosisView = z.infer<typeof diagnosisView>;
