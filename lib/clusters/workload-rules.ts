import { z } from "zod";
import { appIdOf, releaseNumberOf } from "./label-rules.ts";

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
});
const deployment = z.object({
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

/** An apps/v1 Deployment as one narrow row: how far its rollout is. */
export type SeenWorkload = {
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
  progressing: boolean;
  /** `kubectl rollout pause`: new pods of a new template are not started until it is resumed. */
  paused: boolean;
  reason: string | null;
  message: string | null;
  image: string | null;
};

/** A Deployment from the API as a row; null for something that is not one. */
export function seeWorkload(object: unknown): SeenWorkload | null {
  const parsed = deployment.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.data;
  const conditions = status.conditions ?? [];
  const progressing = conditions.find((c) => c.type === "Progressing");
  const refused = conditions.find((c) => c.type === "ReplicaFailure" && c.status === "True");
  const told = refused ?? progressing;
  return {
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
    paused: spec.paused,
    reason: told?.reason ?? null,
    message: told?.message ?? null,
    image: spec.template.spec.containers[0]?.image ?? null,
  };
}
