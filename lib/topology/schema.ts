import { z } from "zod";

export const NODE_KINDS = [
  "edge",
  "route",
  "internal",
  "mesh",
  "subset",
  "pod",
  "config",
  "secret",
  "files",
  "volume",
  "external",
  "callee",
] as const;
/** "applied": known from the release that was verified, not watched by itself. */
export const NODE_STATES = ["ok", "working", "warn", "fail", "unknown", "applied", "gone"] as const;

/** Of the last minutes: how often, which share failed, and how long 19 of 20 took at most (null: nobody measured). */
const callFigures = z.object({ perSecond: z.number(), errorShare: z.number(), p95Ms: z.number().nullable() });

const topologyNode = z.object({
  id: z.string(),
  kind: z.enum(NODE_KINDS),
  name: z.string(),
  state: z.enum(NODE_STATES),
  /** Since when it is so; null when nobody knows. */
  at: z.iso.datetime().nullable(),
  /** Of a pod, as `kubectl get pods` would print it. */
  status: z.string().nullable(),
  /** Of a mesh: pods with their proxy, of all. */
  proxies: z.object({ ready: z.number().int(), pods: z.number().int() }).nullable(),
  /** What came through it, or was called of it; null where nobody counts, and nothing came. */
  calls: callFigures.nullable(),
  /** While a release is on trial: whose node it is. Nodes of different subsets are not joined. */
  subset: z.enum(["stable", "canary"]).nullable(),
  /** Of a subset: its share of the requests, in percent. */
  share: z.number().int().nullable(),
  /** Of a route: where it leads from outside. Of a service that is called: is it one of ours? */
  url: z.string().nullable(),
  isOurs: z.boolean(),
});
export type TopologyNode = z.infer<typeof topologyNode>;

export const COLUMN_KEYS = ["edge", "routes", "mesh", "subsets", "pods", "uses"] as const;
/** Each of a column leads to each of the next that is of no other subset; `hidden` = how many more there are than are shown. */
const topologyColumn = z.object({ key: z.enum(COLUMN_KEYS), nodes: z.array(topologyNode), hidden: z.number().int() });
export type TopologyColumn = z.infer<typeof topologyColumn>;

export const topologyView = z.object({
  /** Empty while nothing was released. */
  columns: z.array(topologyColumn),
  /** Number of the release that it is drawn from. */
  release: z.number().int().nullable(),
  /** How old the picture of the pods is; the cluster's last answer. */
  seenAt: z.iso.datetime().nullable(),
  isReachable: z.boolean(),
  /** False when nobody could say who called it and whom it called. */
  knowsCalls: z.boolean(),
});
export type TopologyView = z.infer<typeof topologyView>;
