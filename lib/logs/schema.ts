import { z } from "zod";
import { dnsLabel, dnsName } from "#lib/apps/spec/names-schema";

/** Each that is followed is a connection to the cluster, and a part of each event's id. */
export const MOST_PODS = 50;

const podNames = z
  .string()
  .transform((names) => names.split(","))
  .pipe(z.array(dnsName).max(MOST_PODS));

/** Whose log is wanted, and from when on. */
export const logWishInput = z.object({
  app: z.string(),
  environment: z.string().max(80),
  /** Of these pods, "a,b"; of all of them otherwise. Nothing but names: a download is called for a single one. */
  pod: podNames.default([]),
  /** The app's own otherwise. */
  container: dnsLabel.optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  /** Of the container before its last restart. */
  previous: z.stringbool().default(false),
});

/** A line: its time (RFC 3339, UTC, nanoseconds) and its text. A tuple, because there are millions of them. */
export const logLine = z.tuple([z.string(), z.string()]);
export type LogLine = z.infer<typeof logLine>;

/** How the log of one pod stands; "none": there is no such container's log. */
export const podStanding = z.enum(["following", "waiting", "ended", "none", "unreachable", "denied"]);
export type PodStanding = z.infer<typeof podStanding>;

/** One SSE message of GET /api/apps/:app/logs. */
export const podLogEvent = z.discriminatedUnion("type", [
  /** In the order in which the cluster gives them. */
  z.object({ type: z.literal("lines"), pod: z.string(), lines: z.array(logLine) }),
  /** What the pod wrote between these two lines is no longer to be had anywhere: its node has cleared it away. */
  z.object({ type: z.literal("gap"), pod: z.string(), after: z.string(), before: z.string() }),
  z.object({
    type: z.literal("state"),
    pod: z.string(),
    state: podStanding,
    reason: z.string().nullable(),
  }),
  /** More pods than MOST_PODS are there: of these nothing is said. */
  z.object({ type: z.literal("left-out"), pods: z.array(z.string()) }),
]);
export type PodLogEvent = z.infer<typeof podLogEvent>;
