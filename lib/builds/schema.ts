import { z } from "zod";
import { gitRef, refKind } from "#lib/apps/schema";
import { publicError, stepView } from "#lib/platform/steps";

export const BUILD_STATES = [
  "requested",
  "queued",
  "running",
  "verifying",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
] as const;
export const buildState = z.enum(BUILD_STATES);
export type BuildState = z.infer<typeof buildState>;

/** Steps of the build reconciler, in order: told to Jenkins, left its queue, ran, digest read from the registry. */
export const BUILD_STEPS = ["trigger", "queue", "run", "verify"] as const;

export const createBuildInput = z.object({
  ref: gitRef,
  refKind,
  /** A repeated request with the same key answers with the first build. */
  idempotencyKey: z.string().min(8).max(64),
});
export type CreateBuildInput = z.infer<typeof createBuildInput>;
export const createBuildResult = z.object({ buildId: z.uuid(), number: z.number().int() });

export const buildStageView = z.object({
  name: z.string(),
  state: z.enum(["running", "done", "failed", "aborted", "skipped", "waiting"]),
  durationMs: z.number().int().nullable(),
});

export const buildRow = z.object({
  id: z.uuid(),
  number: z.number().int(),
  ref: z.string(),
  refKind,
  commitSha: z.string(),
  commitTitle: z.string(),
  commitAuthor: z.string(),
  trigger: z.enum(["manual", "push", "create", "sweep"]),
  requestedBy: z.string().nullable(),
  state: buildState,
  imageDigest: z.string().nullable(),
  imageTag: z.string(),
  requestedAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  error: publicError.nullable(),
});
export type BuildRow = z.infer<typeof buildRow>;

export const buildView = buildRow.extend({
  appId: z.uuid(),
  app: z.string(),
  imageRepository: z.string(),
  imageSizeBytes: z.number().nullable(),
  jenkinsUrl: z.string().nullable(),
  jenkinsBuildNumber: z.number().int().nullable(),
  steps: z.array(stepView),
  stages: z.array(buildStageView),
  logBytes: z.number().int(),
  logComplete: z.boolean(),
  /** Median duration of this app's last successful builds: "expected". */
  expectedMs: z.number().int().nullable(),
});
export type BuildView = z.infer<typeof buildView>;

export const listBuildsInput = z.object({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
  state: buildState.optional(),
});
export const listBuildsResult = z.object({ rows: z.array(buildRow), total: z.number().int() });
export type ListBuildsResult = z.infer<typeof listBuildsResult>;

/** One SSE message of GET /api/builds/:id/log: `id` is the next byte offset, so Last-Event-ID resumes without gap or repeat. */
export const buildLogEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), offset: z.number().int(), text: z.string() }),
  z.object({ type: z.literal("end"), state: buildState }),
]);
export type BuildLogEvent = z.infer<typeof buildLogEvent>;
