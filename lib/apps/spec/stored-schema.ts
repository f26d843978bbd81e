import { z } from "zod";
import { specAccess } from "./access-schema.ts";
import { specAdopted } from "./adopted-schema.ts";
import { specConfig, variableName } from "./config-schema.ts";
import { specEgress } from "./egress-schema.ts";
import { specExposure, specHostAlias, specPort } from "./network-schema.ts";
import { specAnnotation, specLabel, specPlacement, specSecurity } from "./pod-schema.ts";
import { specProbe } from "./probe-schema.ts";
import { specResources } from "./resources-schema.ts";
import { specSidecar } from "./sidecar-schema.ts";
import { specFile, specLogCollection, specVolume } from "./storage-schema.ts";
import { specTrafficPolicy } from "./traffic-policy-schema.ts";
import { MOST_REPLICAS, specAutoscaling, specStrategy, specWorkload } from "./workload-schema.ts";

export const SPEC_VERSION = 1;

export const specEnvVar = z.object({
  name: variableName,
  value: z.string().max(8192),
});

const words = z.array(z.string().max(4096)).max(64);

/**
 * Settings as rows hold them: every field by itself is sound, and what a field was not yet there for has its default.
 * How fields go together is asked of what people send (`appSettings`), not of history.
 */
export const storedSettings = z.object({
  schemaVersion: z.literal(SPEC_VERSION),
  workload: specWorkload.prefault({}),
  adopted: specAdopted.nullable().default(null),
  /** How many pods while nothing scales them; 0 stops the service, autoscaled or not. */
  replicas: z.number().int().min(0).max(MOST_REPLICAS),
  autoscaling: specAutoscaling.nullable().default(null),
  resources: specResources,
  ports: z.array(specPort).max(10),
  command: words,
  args: words,
  env: z.array(specEnvVar).max(200),
  startupProbe: specProbe.nullable().default(null),
  readinessProbe: specProbe.nullable(),
  livenessProbe: specProbe.nullable().default(null),
  files: z.array(specFile).max(100).default([]),
  config: z.array(specConfig).max(50).default([]),
  volumes: z.array(specVolume).max(20).default([]),
  logCollection: specLogCollection.nullable().default(null),
  hostAliases: z.array(specHostAlias).max(50).default([]),
  podLabels: z.array(specLabel).max(30).default([]),
  podAnnotations: z.array(specAnnotation).max(30).default([]),
  security: specSecurity.prefault({}),
  placement: specPlacement.prefault({}),
  meshMode: z.enum(["normal", "mesh"]),
  /** Of the proxy that mesh mode gives each pod; as the mesh says unless given. */
  sidecar: specSidecar.optional(),
  exposure: specExposure.nullable(),
  /** How callers' proxies treat its pods; as Istio does by itself unless given. */
  trafficPolicy: specTrafficPolicy.optional(),
  /** Who may call it, and how; anybody unless given. */
  access: specAccess.nullable().default(null),
  /** Where it may call outside of the cluster, and how; anything unless given. */
  egress: specEgress.nullable().default(null),
  strategy: specStrategy,
  /** Set by a restart: changes the pod template and nothing else. */
  restartedAt: z.iso.datetime().nullable(),
});
export type StoredSettings = z.infer<typeof storedSettings>;
