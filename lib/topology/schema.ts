import { z } from "zod";

export const NODE_KINDS = [
  "edge",
  "route",
  "internal",
  "mesh",
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
  /** Of a service or a host outside that is called: how often, in the last minutes. */
  perSecond: z.number().nullable(),
  /** Of a route: where it leads from outside. Of a service that is called: is it one of ours? */
  url: z.string().nullable(),
  isOurs: z.boolean(),
});
export type TopologyNode = z.infer<typeof topologyNode>;

export const COLUMN_KEYS = ["edge", "routes", "mesh", "pods", "uses"] as const;
/** Each of a column leads to each of the next; `hidden` = how many more there are than are shown. */
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
  /** False when the services that it calls could not be asked for. */
  knowsCallees: z.boolean(),
});
export type TopologyView = z.infer<typeof topologyView>;
