import { z } from "zod";
import { appName } from "#lib/apps/spec-schema";
import { publicError, stepView } from "#lib/platform/steps";

/** `planned` = confirmed, the worker has not begun. The last two are terminal. */
export const RETIREMENT_STATES = ["planned", "running", "done", "failed"] as const;
export const retirementState = z.enum(RETIREMENT_STATES);
export type RetirementState = z.infer<typeof retirementState>;

/** Steps of the retire reconciler, in order: what sends traffic goes before what serves it, what others need goes last. */
export const RETIRE_STEPS = [
  "gate",
  "traffic",
  "workload",
  "config",
  "volumes",
  "webhook",
  "job",
  "images",
  "verify",
] as const;

/** What the person lets stay. */
export const keepChoice = z.object({ volumes: z.boolean(), images: z.boolean() });
export type KeepChoice = z.infer<typeof keepChoice>;

const confirmation = {
  /** The service's name, typed. */
  name: z.string().max(255),
  reason: z.string().trim().min(1).max(500),
  keep: keepChoice,
};
export const retireAppInput = z.object({ app: z.string(), ...confirmation });
/** After a failure, or to remove what was kept. */
export const retireAgainInput = z.object({ id: z.uuid(), ...confirmation });
export const retireResult = z.object({ retirementId: z.uuid() });

/** Why an object is not removed: the platform's own, kept on purpose, or not known to be Kepler's. */
export const LEFT_REASONS = ["shared", "volumes", "images", "unmanaged", "anothers", "unseen"] as const;

const objectName = {
  /** "gitlab", "jenkins", "registry" or "cluster:<id>". */
  system: z.string(),
  kind: z.string(),
  key: z.string(),
};

/** Something that was found and left alone. */
export const finding = z.object({ ...objectName, why: z.enum(LEFT_REASONS) });
export type Finding = z.infer<typeof finding>;

export const planItem = z.object({
  ...objectName,
  url: z.string().nullable(),
  /** Names of the environments in its namespace; empty for what lies outside of a cluster. */
  environments: z.array(z.string()),
  /** Written down when it was made, or found with Kepler's labels alone. */
  origin: z.enum(["ledger", "orphan"]),
  /** As the system says now; unknown while it does not answer. */
  seen: z.enum(["present", "absent", "unknown"]),
  /** For a repository: images that would be removed. */
  count: z.number().int().nullable(),
});
export type PlanItem = z.infer<typeof planItem>;

export const retirementPlan = z.object({
  app: appName,
  items: z.array(planItem),
  left: z.array(finding),
  systems: z.array(z.object({ system: z.string(), name: z.string(), error: publicError.nullable() })),
  /** What stays in Kepler and GitLab whatever is chosen. */
  /** Null for a service that never had one. */
  repository: z.string().nullable(),
  /** Its workload ran before Kepler knew of it. */
  imported: z.boolean(),
  builds: z.number().int(),
  releases: z.number().int(),
  /** What is stopped on the way. */
  inFlight: z.object({ builds: z.number().int(), releases: z.number().int() }),
  pods: z.number().int(),
  urls: z.array(z.string()),
  checkedAt: z.iso.datetime(),
});
export type RetirementPlan = z.infer<typeof retirementPlan>;

export const proofEntry = z.object({
  ...objectName,
  url: z.string().nullable(),
  environments: z.array(z.string()),
  origin: z.enum(["ledger", "orphan"]),
  state: z.enum(["planned", "present", "absent"]),
  verifiedAt: z.iso.datetime().nullable(),
  /** Why it is not removed; null = it is. */
  left: z.enum(LEFT_REASONS).nullable(),
});
export type ProofEntry = z.infer<typeof proofEntry>;

export const retirementRow = z.object({
  id: z.uuid(),
  appId: z.uuid(),
  app: z.string(),
  displayName: z.string().nullable(),
  teamId: z.uuid(),
  team: z.string(),
  state: retirementState,
  reason: z.string(),
  requestedBy: z.string().nullable(),
  requestedAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  keep: keepChoice,
});
export type RetirementRow = z.infer<typeof retirementRow>;

export const retirementView = retirementRow.extend({
  error: publicError.nullable(),
  steps: z.array(stepView),
  systems: z.array(z.object({ system: z.string(), name: z.string(), entries: z.array(proofEntry) })),
  findings: z.array(finding.extend({ environments: z.array(z.string()) })),
  repository: z.string().nullable(),
  repositoryUrl: z.string().nullable(),
  builds: z.number().int(),
  releases: z.number().int(),
  /** A later retirement of the same service, which goes on from here; null when this is the newest. */
  continuedById: z.uuid().nullable(),
});
export type RetirementView = z.infer<typeof retirementView>;

export const listRetirementsInput = z.object({
  q: z.string().max(80).default(""),
  team: z.string().max(80).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(50),
});
export type ListRetirementsInput = z.infer<typeof listRetirementsInput>;
export const listRetirementsResult = z.object({
  rows: z.array(retirementRow.extend({ kept: z.number().int() })),
  total: z.number().int(),
  page: z.number().int(),
  pageSize: z.number().int(),
});
export type ListRetirementsResult = z.infer<typeof listRetirementsResult>;
