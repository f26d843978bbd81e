import { z } from "zod";
import { appSettings, appSpec, imageDigest } from "#lib/apps/spec-schema";
import { podView } from "#lib/clusters/schema";
import { publicError, stepView } from "#lib/platform/steps";

export const RELEASE_STATES = [
  "pending",
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

export const RELEASE_KINDS = ["deploy", "rollback", "scale", "restart", "configure"] as const;

/** Steps of the release reconciler, in order. */
export const RELEASE_STEPS = ["check", "apply", "rollout", "verify"] as const;

const MAX_REPLICAS = 500;

/** Which part of an old Spec a rollback brings back. */
export const RESTORED_PARTS = ["all", "image", "settings"] as const;
/** A field of one of the service's objects in its environment: `.spec.replicas` of the apps/v1/Deployment "shop". */
export const fieldRef = z.object({
  /** "<apiVersion>/<Kind>", as in the ledger. */
  kind: z.string().min(1).max(200),
  name: z.string().min(1).max(253),
  field: z.string().min(1).max(2000),
});
export type FieldRef = z.infer<typeof fieldRef>;

/** A field that the release takes from another manager; only what that manager had done by then. */
export const takenField = fieldRef.extend({
  manager: z.string().min(1).max(128),
  at: z.iso.datetime().nullable(),
});
export type TakenField = z.infer<typeof takenField>;
/** As they are kept with a release; null for none. */
export const takenFields = z
  .array(takenField)
  .nullable()
  .transform((fields) => fields ?? []);

/** A field whose value, as somebody else left it, goes into the new Spec; null where they took it away. */
export const keptField = fieldRef.extend({ value: z.json() });

/** Why a value that stands in the cluster cannot be taken into a Spec. */
export const WHY_NOT_KEEP = ["not-expressed", "no-digest", "unreadable", "not-allowed"] as const;
export type WhyNotKeep = (typeof WHY_NOT_KEEP)[number];

/** What a release asks for: a build's image (or the running one when null), and settings (or the current ones when null). */
export const releaseIntent = z.object({
  environmentId: z.uuid(),
  kind: z.enum(RELEASE_KINDS),
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
  replicas: z.union([z.number().int().min(0).max(MAX_REPLICAS), z.literal("before")]).optional(),
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
});
export type CreateReleaseInput = z.infer<typeof createReleaseInput>;
export const createReleaseResult = z.object({ releaseId: z.uuid(), number: z.number().int() });

/** One changed value in words: `field` is a message key, before/after are printable. */
export const specChange = z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() });
export type SpecChange = z.infer<typeof specChange>;

export const objectChange = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
  action: z.enum(["create", "update", "delete", "unchanged"]),
  /** YAML as it is now and as the cluster's own dry run says it would be; null where there is none. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  warnings: z.array(z.string()),
});
export type ObjectChange = z.infer<typeof objectChange>;

/** A commit that nothing releases in an environment until a person lifts the hold. */
export const heldCommitView = z.object({
  commitSha: z.string(),
  environmentId: z.uuid(),
  environment: z.string(),
  reason: z.string().nullable(),
  since: z.iso.datetime(),
  /** Null = Kepler, after a failure or an abort. */
  by: z.string().nullable(),
  /** The rollback that left the commit behind. */
  releaseId: z.uuid(),
  releaseNumber: z.number().int(),
});
export type HeldCommitView = z.infer<typeof heldCommitView>;

export const LEASE_OUTCOMES = ["given_back", "changed", "replaced"] as const;

/** A scale release with an end. */
export const scaleLeaseView = z.object({
  id: z.uuid(),
  environmentId: z.uuid(),
  releaseId: z.uuid(),
  releaseNumber: z.number().int(),
  by: z.string().nullable(),
  replicas: z.number().int(),
  /** What it goes back to. */
  backTo: z.number().int(),
  until: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  outcome: z.enum(LEASE_OUTCOMES).nullable(),
});
export type ScaleLeaseView = z.infer<typeof scaleLeaseView>;

/** Moves the end of the lease that is on; null = ends it now. */
export const moveLeaseInput = z.object({ environmentId: z.uuid(), until: z.iso.datetime().nullable() });
export type MoveLeaseInput = z.infer<typeof moveLeaseInput>;

export const liftHoldInput = z.object({
  environmentId: z.uuid(),
  commitSha: z.string().regex(/^[0-9a-f]{7,64}$/),
  reason: z.string().trim().min(1).max(500),
});
export type LiftHoldInput = z.infer<typeof liftHoldInput>;
/** What somebody other than Kepler made of a field that Kepler manages: from what Kepler wants to what stands there. */
export const foreignField = fieldRef.extend({
  /** `field` is a key of `releases.change` where the Spec has words for it, else the path. */
  change: specChange,
  value: z.json(),
  /** Null when nobody owns it any more: it was taken away. */
  manager: z.string().nullable(),
  at: z.iso.datetime().nullable(),
  whyNotKeep: z.enum(WHY_NOT_KEEP).nullable(),
});
export type ForeignField = z.infer<typeof foreignField>;

/** One that the release would overwrite, with what the intent says about it. */
export const fieldConflict = foreignField.extend({ decision: z.enum(["open", "take-over", "keep"]) });
export type FieldConflict = z.infer<typeof fieldConflict>;

/** What stands in an environment beside what its last release applied. */
export const driftView = z.object({
  /** Null where nothing was released, or something is on its way: then there is nothing to compare with. */
  release: z.number().int().nullable(),
  fields: z.array(foreignField),
  missing: z.array(fieldRef.omit({ field: true })),
  checkedAt: z.iso.datetime(),
});
export type DriftView = z.infer<typeof driftView>;

/** What a gate says; `gate` names it (gate-rules.ts). */
const gateError = publicError.extend({ gate: z.string() });

export const releasePreview = z.object({
  nextNumber: z.number().int(),
  current: z.number().int().nullable(),
  changes: z.array(specChange),
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
  checkedAt: z.iso.datetime(),
  cluster: z.string(),
});
export type ReleasePreview = z.infer<typeof releasePreview>;

export const releaseRow = z.object({
  id: z.uuid(),
  number: z.number().int(),
  environmentId: z.uuid(),
  environment: z.string(),
  kind: z.enum(RELEASE_KINDS),
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
  updated: z.number().int(),
  /** Pods that are ready and run exactly what this release wants: its template, its image. */
  running: z.number().int(),
  rollbackOnFailure: z.boolean(),
  lease: scaleLeaseView.nullable(),
  pausable: z.boolean(),
  /** The release right after it in its place: what superseded it, or what restored the one before it. */
  next: z
    .object({ id: z.uuid(), number: z.number().int(), kind: z.enum(RELEASE_KINDS), byKepler: z.boolean() })
    .nullable(),
  expectedMs: z.number().int().nullable(),
  takeOver: z.array(takenField),
});
export type ReleaseView = z.infer<typeof releaseView>;

/** Stands for the person where nobody asked: after a build, a failure, an abort, the end of a lease. */
export const BY_KEPLER = "kepler";

export const listReleasesInput = z.object({
  environment: z.string().max(80).optional(),
  kind: z.enum(RELEASE_KINDS).optional(),
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

export const LARGEST_BULK = 100;

/** The same change of several services in one environment. */
export const createBulkInput = z
  .object({
    environmentId: z.uuid(),
    appIds: z.array(z.uuid()).min(1).max(LARGEST_BULK),
    kind: z.enum(["restart", "scale"]),
    replicas: z.number().int().min(0).max(MAX_REPLICAS).nullable(),
    reason: z.string().trim().max(500).nullable(),
    idempotencyKey: z.string().min(8).max(64),
  })
  .refine(({ kind, replicas }) => (kind === "scale") === (replicas !== null), {
    path: ["replicas"],
    message: "bulk.replicas",
  });
export type CreateBulkInput = z.infer<typeof createBulkInput>;
export const createBulkResult = z.object({ bulkId: z.uuid() });

/** A bulk change with what became of each service; an item with neither release nor error waits for its turn. */
export const bulkView = z.object({
  id: z.uuid(),
  environment: z.string(),
  kind: z.enum(RELEASE_KINDS),
  replicas: z.number().int().nullable(),
  requestedAt: z.iso.datetime(),
  items: z.array(
    z.object({
      appId: z.uuid(),
      app: z.string(),
      release: z.object({ id: z.uuid(), number: z.number().int(), state: releaseState }).nullable(),
      error: publicError.nullable(),
    }),
  ),
});
export type BulkView = z.infer<typeof bulkView>;

/** One SSE message of GET /api/apps/:app/logs. */
export const podLogEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("line"), pod: z.string(), at: z.string(), text: z.string() }),
  z.object({
    type: z.literal("state"),
    pod: z.string(),
    state: z.enum(["following", "waiting", "ended", "unreachable"]),
    reason: z.string().nullable(),
  }),
]);
export type PodLogEvent = z.infer<typeof podLogEvent>;
