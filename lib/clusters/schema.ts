import { z } from "zod";
import { dnsName } from "#lib/apps/spec/names-schema";

export const ENVIRONMENT_PURPOSES = ["dev", "test", "prod"] as const;

/** lib/apps/spec/domain-rules.ts: Domain. */
export const domainSchema = z.object({ name: dnsName, below: z.boolean(), tlsSecret: dnsName.nullable() });

export const environmentView = z.object({
  id: z.uuid(),
  name: z.string(),
  purpose: z.enum(ENVIRONMENT_PURPOSES),
  namespace: z.string(),
  domain: z.string(),
  /** All that its routes may use, `domain` first and without its port. */
  domains: z.array(domainSchema),
  cluster: z.string(),
  rank: z.number().int(),
  /** What the cluster can do, from its discovery; null = not yet known. */
  meshAvailable: z.boolean().nullable(),
});
export type EnvironmentView = z.infer<typeof environmentView>;

/** What Kepler's account may not do with a kind of object, in RBAC's words; namespace null = in the whole cluster. */
export const missingRightView = z.object({
  namespace: z.string().nullable(),
  resource: z.string(),
  verbs: z.array(z.string()),
  since: z.iso.datetime(),
});
export type MissingRightView = z.infer<typeof missingRightView>;

/** Unreachable is not deleted: the last answer stays, dimmed, with since when. */
export const systemView = z.object({
  /** "gitlab", "jenkins", "registry", "prometheus" or "cluster:<id>". */
  key: z.string(),
  name: z.string(),
  state: z.enum(["up", "down", "unknown"]),
  since: z.iso.datetime().nullable(),
  lastOkAt: z.iso.datetime().nullable(),
  checkedAt: z.iso.datetime().nullable(),
  reason: z.string().nullable(),
  /** Of a cluster: what it answers and does not allow the watch to see. */
  missing: z.array(missingRightView),
});
export type SystemView = z.infer<typeof systemView>;

const figure = z.number().int().nullable().default(null);
export const containerView = z.object({
  name: z.string(),
  kind: z.enum(["init", "sidecar", "container"]).default("container"),
  ready: z.boolean(),
  restarts: z.number().int(),
  state: z.enum(["waiting", "running", "terminated"]),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  /** Of what runs now. */
  startedAt: z.string().nullable().default(null),
  /** How it ended the last time. */
  lastReason: z.string().nullable(),
  lastExitCode: z.number().int().nullable(),
  lastMessage: z.string().nullable().default(null),
  lastFinishedAt: z.string().nullable().default(null),
  cpuRequestMillis: figure,
  cpuLimitMillis: figure,
  memoryRequestBytes: figure,
  memoryLimitBytes: figure,
});
export type ContainerView = z.infer<typeof containerView>;

export const podView = z.object({
  uid: z.string(),
  name: z.string(),
  status: z.string(),
  message: z.string().nullable(),
  ready: z.boolean(),
  restarts: z.number().int(),
  nodeName: z.string().nullable(),
  podIp: z.string().nullable(),
  imageDigest: z.string().nullable(),
  /** Version of the ready mesh proxy in the pod; null without one. */
  meshProxy: z.string().nullable(),
  /** ConfigMaps and Secrets that it was made with, as "ConfigMap/<name>". */
  configObjects: z.array(z.string()),
  releaseNumber: z.number().int().nullable(),
  /** "canary" on the pods of one; null on all others. */
  track: z.string().nullable(),
  containers: z.array(containerView),
  createdAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
});
export type PodView = z.infer<typeof podView>;
/** `seenAt` = the age of the whole picture; `missing` = what the watch may not do there, since when it is no picture of now. */
export const podList = z.object({
  rows: z.array(podView),
  seenAt: z.iso.datetime().nullable(),
  missing: z.array(missingRightView),
});

/** What an app's containers use now, and the most that any pod of it does; null when nothing was measured. */
export const usageView = z.object({
  containers: z.array(
    z.object({
      pod: z.string(),
      container: z.string(),
      cpuMillis: z.number().int(),
      memoryBytes: z.number().int(),
      measuredAt: z.iso.datetime(),
    }),
  ),
  highest: z
    .object({
      pods: z.number().int(),
      cpuMillis: z.number().int(),
      memoryBytes: z.number().int(),
      measuredAt: z.iso.datetime(),
    })
    .nullable(),
});
export type UsageView = z.infer<typeof usageView>;

export const eventView = z.object({
  uid: z.string(),
  involved: z.string(),
  type: z.string(),
  reason: z.string(),
  /** The newest of them. */
  message: z.string(),
  count: z.number().int(),
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
});
export type EventView = z.infer<typeof eventView>;
export const eventList = z.object({ rows: z.array(eventView), missing: z.array(missingRightView) });
