import { z } from "zod";
import { METRICS_STATES } from "#lib/metrics/schema";
import { publicError } from "#lib/platform/steps";

export const CALLER_KINDS = ["istio", "traefik", "service", "outside", "unmeshed"] as const;

const callsNode = z.object({
  id: z.string(),
  /**
   * `service`: of this environment. `outside`: of another namespace, or of no cluster. `unmeshed`: all callers without a
   * mesh proxy, which nobody can tell apart. The others are gateways.
   */
  kind: z.enum(CALLER_KINDS),
  name: z.string(),
  /** Whose page shows it: the service, also of its canary's; null where it is none, or none that the person may see. */
  app: z.string().nullable(),
});
export type CallsNode = z.infer<typeof callsNode>;

const callsEdge = z.object({
  from: z.string(),
  to: z.string(),
  perSecond: z.number(),
  /** 0 to 1. */
  errorShare: z.number(),
  /** Null: nobody measured how long they took. */
  p95Ms: z.number().nullable(),
  state: z.enum(["ok", "warn", "fail"]),
});
export type CallsEdge = z.infer<typeof callsEdge>;

/** Who calls whom in an environment. */
export const callsView = z.object({
  state: z.enum(METRICS_STATES).extract(["ok", "unreachable", "forbidden", "absent"]),
  /** What Prometheus said when it did not answer. */
  problem: publicError.nullable(),
  /** The calls are those of the so many seconds before. */
  windowSeconds: z.number().int(),
  at: z.iso.datetime(),
  nodes: z.array(callsNode),
  /** The most called first. */
  edges: z.array(callsEdge),
  /** Calls that were left out, because there are too many to draw. */
  hidden: z.number().int(),
});
export type CallsView = z.infer<typeof callsView>;
