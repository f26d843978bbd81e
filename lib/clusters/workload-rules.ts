import { z } from "zod";
import { appIdOf, releaseNumberOf } from "./label-rules.ts";

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
});
const workload = z.object({
  kind: z.enum(["Deployment", "StatefulSet"]),
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    namespace: z.string(),
    generation: z.number().int().default(0),
    labels: z.record(z.string(), z.string()).nullish(),
  }),
  spec: z.object({
    replicas: z.number().int().default(1),
    paused: z.boolean().default(false),
    updateStrategy: z
      .object({ rollingUpdate: z.object({ partition: z.number().int().default(0) }).nullish() })
      .nullish(),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string().optional() })) }) }),
  }),
  status: z
    .object({
      observedGeneration: z.number().int().default(0),
      replicas: z.number().int().default(0),
      updatedReplicas: z.number().int().default(0),
      readyReplicas: z.number().int().default(0),
      availableReplicas: z.number().int().default(0),
      conditions: z.array(condition).nullish(),
    })
    .prefault({}),
});

/** An apps/v1 Deployment or StatefulSet as one narrow row: how far its rollout is. */
export type SeenWorkload = {
  kind: "Deployment" | "StatefulSet";
  uid: string;
  namespace: string;
  name: string;
  appId: string | null;
  /** Number of the release that applied it last. */
  releaseNumber: number | null;
  generation: number;
  observedGeneration: number;
  desired: number;
  /** Pods of any revision that exist, and those of the newest. */
  total: number;
  updated: number;
  ready: number;
  available: number;
  /** False once a Deployment has given up on its rollout; a StatefulSet never says so. */
  progressing: boolean;
  /** New pods of a new template are not started: `kubectl rollout pause`, or a partition above every pod's number. */
  paused: boolean;
  reason: string | null;
  message: string | null;
  image: string | null;
};

/** A workload from the API as a row; null for something that is not one. */
export function seeWorkload(object: unknown): SeenWorkload | null {
  const parsed = workload.safeParse(object);
  if (!parsed.success) return null;
  const { kind, metadata, spec, status } = parsed.data;
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const conditions = status.conditions ?? [];
  const progressing = conditions.find((c) => c.type === "Progressing");
  const refused = conditions.find((c) => c.type === "ReplicaFailure" && c.status === "True");
  const told = refused ?? progressing;
  return {
    kind,
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    appId: appIdOf(metadata.labels),
    releaseNumber: releaseNumberOf(metadata.labels),
    generation: metadata.generation,
    observedGeneration: status.observedGeneration,
    desired: spec.replicas,
    total: status.replicas,
    updated: status.updatedReplicas,
    ready: status.readyReplicas,
    available: status.availableReplicas,
    progressing: progressing?.status !== "False",
    paused: spec.paused || (partition > 0 && partition >= spec.replicas),
    reason: told?.reason ?? null,
    message: told?.message ?? null,
    image: spec.template.spec.containers[0]?.image ?? null,
  };
}
