import { z } from "zod";
import { appRow, HEALTH_STATES } from "#lib/apps/schema";
import { buildState } from "#lib/builds/schema";
import { publicError } from "#lib/platform/steps";
import { RELEASE_KINDS, releaseState } from "#lib/releases/schema";

/** One operation that has not ended: what the top bar shows as in flight. */
export const inFlightItem = z.object({
  kind: z.enum(["provision", "build", "release", "retirement"]),
  /** Of the build, release or retirement; for a provision the app's. */
  id: z.uuid(),
  app: z.string(),
  number: z.number().int().nullable(),
  since: z.iso.datetime(),
  stepsDone: z.number().int(),
  steps: z.number().int(),
});
export type InFlightItem = z.infer<typeof inFlightItem>;
export const inFlightResult = z.object({ rows: z.array(inFlightItem) });

/** Something that waits for a person; `at` = since when. */
export const needItem = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("terminal"),
    id: z.uuid(),
    app: z.string(),
    environment: z.string(),
    purpose: z.enum(["dev", "test", "prod"]),
    by: z.string().nullable(),
    reason: z.string().nullable(),
    at: z.iso.datetime(),
  }),
  z.object({ kind: z.literal("provision"), app: z.string(), error: publicError.nullable(), at: z.iso.datetime() }),
  z.object({
    kind: z.literal("retirement"),
    id: z.uuid(),
    app: z.string(),
    error: publicError.nullable(),
    at: z.iso.datetime(),
  }),
  z.object({
    kind: z.literal("build"),
    id: z.uuid(),
    app: z.string(),
    number: z.number().int(),
    ref: z.string(),
    error: publicError.nullable(),
    at: z.iso.datetime(),
  }),
  z.object({
    kind: z.literal("release"),
    id: z.uuid(),
    app: z.string(),
    number: z.number().int(),
    environment: z.string(),
    purpose: z.enum(["dev", "test", "prod"]),
    error: publicError.nullable(),
    at: z.iso.datetime(),
  }),
  z.object({
    kind: z.literal("health"),
    app: z.string(),
    environment: z.string(),
    purpose: z.enum(["dev", "test", "prod"]),
    health: z.enum(HEALTH_STATES),
    ready: z.number().int(),
    wanted: z.number().int(),
    /** Why, by what was last seen of its pods; null where they do not tell. */
    error: publicError.nullable(),
    at: z.iso.datetime().nullable(),
  }),
  z.object({
    kind: z.literal("draft"),
    id: z.uuid(),
    name: z.string().nullable(),
    step: z.number().int(),
    at: z.iso.datetime(),
  }),
]);
export type NeedItem = z.infer<typeof needItem>;

const activity = {
  id: z.uuid(),
  app: z.string(),
  number: z.number().int(),
  by: z.string().nullable(),
  at: z.iso.datetime(),
};
/** What happened lately, newest first: `by` null = Kepler itself, after a push. */
export const activityItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("build"), ...activity, ref: z.string(), state: buildState }),
  z.object({
    kind: z.literal("release"),
    ...activity,
    environment: z.string(),
    releaseKind: z.enum(RELEASE_KINDS),
    state: releaseState,
  }),
]);
export type ActivityItem = z.infer<typeof activityItem>;

export const overviewInput = z.object({
  /** Slug; all of mine when missing. */
  team: z.string().max(80).optional(),
  whose: z.enum(["mine", "teams"]).default("teams"),
});
export const overviewView = z.object({
  needs: z.array(needItem),
  apps: z.object({ rows: z.array(appRow), total: z.number().int() }),
  activity: z.array(activityItem),
});
export type OverviewView = z.infer<typeof overviewView>;
