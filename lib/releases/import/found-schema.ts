import { z } from "zod";
import { type specAdopted } from "#lib/apps/spec/adopted-schema";

/**
 * What an import reads of an apps/v1 Deployment (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/).
 * What is not named here stays as it is: server-side apply touches only what it names.
 */
const texts = z.record(z.string(), z.string()).nullish();
const count = z.number().int();
const portRef = z.union([count, z.string()]);
const timings = {
  initialDelaySeconds: count.default(0),
  periodSeconds: count.default(10),
  timeoutSeconds: count.default(1),
  successThreshold: count.default(1),
  failureThreshold: count.default(3),
};
const probe = z.object({
  httpGet: z
    .object({
      path: z.string().default("/"),
      port: portRef,
      scheme: z.string().default("HTTP"),
      httpHeaders: z.array(z.unknown()).nullish(),
    })
    .nullish(),
  tcpSocket: z.object({ port: portRef }).nullish(),
  exec: z.object({ command: z.array(z.string()).default([]) }).nullish(),
  grpc: z.object({ port: count, service: z.string().nullish() }).nullish(),
  ...timings,
});
export type FoundProbe = z.infer<typeof probe>;

const container = z.object({
  name: z.string(),
  image: z.string().default(""),
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.unknown()).nullish(),
  ports: z
    .array(z.object({ name: z.string().nullish(), containerPort: count, protocol: z.string().default("TCP") }))
    .nullish(),
  resources: z.object({ requests: texts, limits: texts }).nullish(),
  startupProbe: probe.nullish(),
  readinessProbe: probe.nullish(),
  livenessProbe: probe.nullish(),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: count }).nullish() }).nullish() }).nullish(),
  securityContext: z
    .object({
      allowPrivilegeEscalation: z.boolean().nullish(),
      readOnlyRootFilesystem: z.boolean().nullish(),
      capabilities: z.object({ drop: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
  volumeMounts: z
    .array(
      z.object({
        name: z.string(),
        mountPath: z.string(),
        subPath: z.string().nullish(),
        readOnly: z.boolean().nullish(),
      }),
    )
    .nullish(),
});
export type FoundContainer = z.infer<typeof container>;

const pod = z.object({
  containers: z.array(container),
  serviceAccountName: z.string().nullish(),
  terminationGracePeriodSeconds: count.default(30),
  securityContext: z
    .object({
      runAsUser: count.nullish(),
      runAsGroup: count.nullish(),
      fsGroup: count.nullish(),
      runAsNonRoot: z.boolean().nullish(),
      seccompProfile: z.object({ type: z.string() }).nullish(),
    })
    .nullish(),
  hostAliases: z.array(z.unknown()).nullish(),
  nodeSelector: texts,
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().default(""),
        operator: z.enum(["Equal", "Exists"]).default("Equal"),
        value: z.string().default(""),
        effect: z.string().nullish(),
      }),
    )
    .nullish()
    // The list is written whole or not at all: with one that the Spec cannot say, it is left alone.
    .catch(null),
  topologySpreadConstraints: z.array(z.unknown()).nullish(),
  affinity: z.unknown().optional(),
  volumes: z
    .array(
      z.object({
        name: z.string(),
        emptyDir: z.object({ medium: z.string().nullish(), sizeLimit: z.string().nullish() }).nullish(),
        persistentVolumeClaim: z.object({ claimName: z.string(), readOnly: z.boolean().nullish() }).nullish(),
      }),
    )
    .nullish(),
});
export type FoundPod = z.infer<typeof pod>;

const rounded = z.union([count, z.string()]);

export const foundDeployment = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    namespace: z.string(),
    generation: count.default(0),
    creationTimestamp: z.string().nullish(),
    deletionTimestamp: z.string().nullish(),
    labels: texts,
    annotations: texts,
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).nullish(),
  }),
  spec: z.object({
    replicas: count.default(1),
    paused: z.boolean().default(false),
    minReadySeconds: count.default(0),
    progressDeadlineSeconds: count.default(600),
    selector: z.object({ matchLabels: texts, matchExpressions: z.array(z.unknown()).nullish() }),
    strategy: z
      .object({
        type: z.enum(["RollingUpdate", "Recreate"]).default("RollingUpdate"),
        rollingUpdate: z.object({ maxSurge: rounded.default("25%"), maxUnavailable: rounded.default("25%") }).nullish(),
      })
      .prefault({}),
    template: z.object({ metadata: z.object({ labels: texts, annotations: texts }).prefault({}), spec: pod }),
  }),
  status: z
    .object({
      observedGeneration: count.default(0),
      replicas: count.default(0),
      updatedReplicas: count.default(0),
      readyReplicas: count.default(0),
      availableReplicas: count.default(0),
    })
    .prefault({}),
});
export type FoundDeployment = z.infer<typeof foundDeployment>;

/** What has to be known beside the object itself to read it. */
export type Surroundings = {
  /** That all its running pods run; null when they differ or there are none. */
  digest: string | null;
  /** Its namespace gives pods a mesh proxy unless they say otherwise. */
  meshedNamespace: boolean;
  leaves: z.infer<typeof specAdopted>["leaves"];
};
