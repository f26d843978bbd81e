import { z } from "zod";
import { type GatewayMove } from "#lib/apps/spec/gateway-rules";
import { type AppSpec, appSettings, appSpec, imageDigest, MOST_REPLICAS } from "#lib/apps/spec-schema";
import { podView } from "#lib/clusters/schema";
import { publicError, stepView } from "#lib/platform/steps";
import { canaryPlan } from "./canary/schema.ts";
import { configMove, fieldConflict, keptField, objectChange, specChange, takenField } from "./drift/schema.ts";
import { heldCommitView } from "./hold/schema.ts";
import { scaleLeaseView } from "./lease/schema.ts";
import { meshPreflight } from "./mesh/schema.ts";

export const RELEASE_STATES = [
  "pending",
  "canary",
  "applying",
  "rolling_out",
  "verifying",
  "aborting",
  "done",
  "failed",
  "aborted",
  "superseded",
] as const;
export const releaseState = z.enum(RELEASE_STATES);
export type ReleaseState = z.infer<typeof releaseState>;

export const RELEASE_KINDS = ["deploy", "rollback", "scale", "restart", "configure", "import"] as const;
const releaseKind = z.enum(RELEASE_KINDS);
export type ReleaseKind = z.infer<typeof releaseKind>;

/** Steps of the release reconciler, in order; "canary" only of a release that is tried first. */
export const RELEASE_STEPS = ["check", "canary", "apply", "rollout", "verify"] as const;

/** Which part of an old Spec a rollback brings back. */
export const RESTORED_PARTS = ["all", "image", "settings"] as const;
/** What a release asks for: a build's image (or the running one when null), and settings (or the current ones when null). */
export const releaseIntent = z.object({
  environmentId: z.uuid(),
  /** An import begins a service (import-schema.ts): nobody asks for one of a service that is there. */
  kind: releaseKind.exclude(["import"]),
  buildId: z.uuid().nullable(),
  settings: appSettings.nullable(),
  /** Roll back: the number whose Spec is restored. */
  restoresNumber: z.number().int().positive().max(2_147_483_647).nullable(),
  /** And how much of it; everything when not said. */
  restore: z.enum(RESTORED_PARTS).optional(),
  /** What becomes of fields that others changed: taken from them, or kept as they left them. Nothing else is overwritten. */
  takeOver: z.array(takenField).max(200).optional(),
  keep: z.array(keptField).max(200).optional(),
  /** Deploy: the image and settings that another environment runs, its hosts moved to this one's domain. */
  cloneOf: z.uuid().optional(),
  /** Scale: the number alone, whatever the settings say; "before" = what it was before the service was stopped. */
  replicas: z.union([z.number().int().min(0).max(MOST_REPLICAS), z.literal("before")]).optional(),
  /** Scale: when the number goes back by itself to what it was. */
  leaseUntil: z.iso.datetime().optional(),
});
export type ReleaseIntent = z.infer<typeof releaseIntent>;

export const createReleaseInput = releaseIntent.extend({
  reason: z.string().trim().max(500).nullable(),
  /** The release number that the preview was made against: someone else's release in between is a conflict, not a surprise. */
  expectedCurrent: z.number().int().nullable(),
  idempotencyKey: z.string().min(8).max(64),
  /** A failure after the cluster was touched is followed by a rollback by itself. */
  rollbackOnFailure: z.boolean().optional(),
  /** It is tried on a part of the requests first; one that fails then is always followed by a rollback. */
  canary: canaryPlan.optional(),
});
export type CreateReleaseInput = z.infer<typeof createReleaseInput>;
/** What is asked of services together: by a failover of the environment, or by a switch of mesh mode in bulk. */
export type AskedTogether = { gateway?: GatewayMove; meshMode?: AppSpec["meshMode"] };
export type AskedRelease = CreateReleaseInput & AskedTogether;
export const createReleaseResult = z.object({ releaseId: z.uuid(), number: z.number().int() });

/** What a gate says; `gate` names it (gate-rules.ts). */
const gateError = publicError.extend({ gate: z.string() });

export const releasePreview = z.object({
  nextNumber: z.number().int(),
  current: z.number().int().nullable(),
  changes: z.array(specChange),
  /** What besides it takes back of a release that ended after it was applied; null = nothing of one stands there. */
  takesBack: z.object({ number: z.number().int(), changes: z.array(specChange) }).nullable(),
  /** What of it is another version of a set, to be compared line by line, and where that is. */
  config: z.array(configMove),
  environment: z.string(),
  objects: z.array(objectChange),
  /** Why it cannot be released as it stands; empty = it can. */
  blockers: z.array(gateError),
  /** The hold among them, if the commit that it would release is held there. */
  hold: heldCommitView.nullable(),
  /** What should be known and does not stand in the way. */
  warnings: z.array(gateError),
  conflicts: z.array(fieldConflict),
  effect: z.object({
    podsToRestart: z.number().int(),
    podsToStart: z.number().int(),
    podsToStop: z.number().int(),
    expectedMs: z.number().int().nullable(),
  }),
  /** Why it cannot be tried as a canary first; null = it can. */
  noCanary: publicError.nullable(),
  /** What its pods get in the mesh, where this release changes that. */
  mesh: meshPreflight.nullable(),
  checkedAt: z.iso.datetime(),
  cluster: z.string(),
});
export type ReleasePreview = z.infer<typeof releasePreview>;

export const releaseRow = z.object({
  id: z.uuid(),
  number: z.number().int(),
  environmentId: z.uuid(),
  environment: z.string(),
  kind: releaseKind,
  state: releaseState,
  imageDigest,
  version: z.string().nullable(),
  commitSha: z.string().nullable(),
  commitTitle: z.string().nullable(),
  buildNumber: z.number().int().nullable(),
  restoresNumber: z.number().int().nullable(),
  restoredPart: z.enum(RESTORED_PARTS),
  requestedBy: z.string().nullable(),
  reason: z.string().nullable(),
  requestedAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  error: publicError.nullable(),
  isCurrent: z.boolean(),
  /** Who holds the rollout and since when; null when nobody does. */
  paused: z.object({ since: z.iso.datetime(), by: z.string().nullable() }).nullable(),
  /** Could it be restored, as of the last daily proof; null where none was made. */
  restorable: z.object({ ready: z.boolean(), reason: publicError.nullable(), checkedAt: z.iso.datetime() }).nullable(),
  changes: z.array(specChange),
});
export type ReleaseRow = z.infer<typeof releaseRow>;

export const releaseView = releaseRow.extend({
  appId: z.uuid(),
  app: z.string(),
  spec: appSpec,
  steps: z.array(stepView),
  pods: z.array(podView),
  wanted: z.number().int(),
  /** Pods that are ready and run exactly what this release wants: its template, its image. */
  running: z.number().int(),
  rollbackOnFailure: z.boolean(),
  canary: canaryPlan.nullable(),
  /** When the trial's stage will have had its pause; null without one, and while it is held or its pods start. */
  stageEndsAt: z.iso.datetime().nullable(),
  /** Who ended the trial before its time; null where nobody did. */
  promoted: z.object({ at: z.iso.datetime(), by: z.string().nullable() }).nullable(),
  lease: scaleLeaseView.nullable(),
  pausable: z.boolean(),
  /** The release right after it in its place: what superseded it, or what restored the one before it. */
  next: z.object({ id: z.uuid(), number: z.number().int(), kind: releaseKind, byKepler: z.boolean() }).nullable(),
  expectedMs: z.number().int().nullable(),
  takeOver: z.array(takenField),
});
export type ReleaseView = z.infer<typeof releaseView>;

/** Stands for the person where nobody asked: after a build, a failure, an abort, the end of a lease. */
export const BY_KEPLER = "kepler";

export const listReleasesInput = z.object({
  environment: z.string().max(80).optional(),
  kind: releaseKind.optional(),
  state: releaseState.optional(),
  /** Id of a person, or BY_KEPLER. */
  by: z.union([z.uuid(), z.literal(BY_KEPLER)]).optional(),
  /** Found in the reason, the commit's title, the version; as "#12" the number; else the beginning of a commit. */
  q: z.string().trim().max(80).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
});
export type ListReleasesInput = z.infer<typeof listReleasesInput>;
export const listReleasesResult = z.object({
  rows: z.array(releaseRow),
  total: z.number().int(),
  /** Everybody who ever asked for one here: what the filter by person offers. */
  people: z.array(z.object({ id: z.uuid(), name: z.string() })),
});
export type ListReleasesResult = z.infer<typeof listReleasesResult>;
