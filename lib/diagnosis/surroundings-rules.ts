import { z } from "zod";
import { RELEASE_LABEL } from "#lib/clusters/label-rules";

// The parts of the objects around an app's pods that diagnosis looks at; null for an object that is not what it should be.

const labels = z.record(z.string(), z.string()).nullish();
const metadata = z.object({
  name: z.string(),
  creationTimestamp: z.string().nullish(),
  labels,
  annotations: labels,
});
const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  lastTransitionTime: z.string().nullish(),
});

const conditions = z
  .array(condition)
  .nullish()
  .transform((list) => list ?? []);

const seen =
  <Schema extends z.ZodType>(schema: Schema) =>
  (object: unknown): z.output<Schema> | null =>
    schema.safeParse(object).data ?? null;

/** apps/v1 ReplicaSet: one template of a Deployment and how many of its pods there are. */
export const seeReplicaSet = seen(
  z
    .object({
      metadata,
      spec: z.object({ replicas: z.number().int().default(1) }),
      status: z
        .object({ replicas: z.number().int().default(0), readyReplicas: z.number().int().default(0) })
        .prefault({}),
    })
    .transform(({ metadata: { name, labels: its, annotations, creationTimestamp }, spec, status }) => ({
      name,
      revision: Number(annotations?.["deployment.kubernetes.io/revision"] ?? 0),
      release: its?.[RELEASE_LABEL] ?? null,
      createdAt: creationTimestamp ?? null,
      wanted: spec.replicas,
      there: status.replicas,
      ready: status.readyReplicas,
    })),
);
export type SeenReplicaSet = NonNullable<ReturnType<typeof seeReplicaSet>>;

/** autoscaling/v2 HorizontalPodAutoscaler. */
export const seeAutoscaler = seen(
  z
    .object({
      metadata,
      spec: z.object({ maxReplicas: z.number().int() }),
      status: z.object({ currentReplicas: z.number().int().default(0), conditions }).prefault({}),
    })
    .transform(({ metadata: { name }, spec, status }) => ({
      name,
      most: spec.maxReplicas,
      current: status.currentReplicas,
      conditions: status.conditions,
    })),
);
export type SeenAutoscaler = NonNullable<ReturnType<typeof seeAutoscaler>>;

/** v1 PersistentVolumeClaim. */
export const seeClaim = seen(
  z
    .object({
      metadata,
      spec: z.object({ storageClassName: z.string().nullish() }),
      status: z.object({ phase: z.string().default("Pending") }).prefault({}),
    })
    .transform(({ metadata: { name }, spec, status }) => ({
      name,
      phase: status.phase,
      storageClass: spec.storageClassName ?? null,
    })),
);
export type SeenClaim = NonNullable<ReturnType<typeof seeClaim>>;

const target = z.union([z.number().int(), z.string()]);
/** v1 Service. */
export const seeService = seen(
  z
    .object({
      metadata,
      spec: z.object({
        selector: labels,
        ports: z
          .array(z.object({ name: z.string().nullish(), port: z.number().int(), targetPort: target.nullish() }))
          .nullish(),
      }),
    })
    .transform(({ metadata: { name }, spec }) => ({
      name,
      selector: spec.selector ?? {},
      ports: (spec.ports ?? []).map((one) => ({ port: one.port, target: one.targetPort ?? one.port })),
    })),
);
export type SeenService = NonNullable<ReturnType<typeof seeService>>;

const slice = z.object({
  endpoints: z
    .array(
      z.object({ addresses: z.array(z.string()), conditions: z.object({ ready: z.boolean().nullish() }).nullish() }),
    )
    .nullish(),
});
export type SeenEndpoints = { ready: number; all: number };

/** discovery.k8s.io/v1 EndpointSlices of one Service together. An address without a word on readiness is ready (its API). */
export function seeEndpoints(slices: readonly unknown[]): SeenEndpoints {
  const all = slices.flatMap((object) => slice.safeParse(object).data?.endpoints ?? []);
  return { all: all.length, ready: all.filter(({ conditions: said }) => said?.ready !== false).length };
}

/** v1 Node. */
export const seeNode = seen(
  z
    .object({
      metadata,
      spec: z.object({ unschedulable: z.boolean().default(false) }).prefault({}),
      status: z.object({ conditions }).prefault({}),
    })
    .transform(({ metadata: { name }, spec, status }) => ({
      name,
      unschedulable: spec.unschedulable,
      conditions: status.conditions,
    })),
);
export type SeenNode = NonNullable<ReturnType<typeof seeNode>>;

const ingress = z.object({
  metadata,
  spec: z.object({
    rules: z
      .array(
        z.object({
          http: z
            .object({
              paths: z.array(
                z.object({
                  backend: z.object({
                    service: z
                      .object({
                        name: z.string(),
                        port: z.object({ number: z.number().int().nullish(), name: z.string().nullish() }).nullish(),
                      })
                      .nullish(),
                  }),
                }),
              ),
            })
            .nullish(),
        }),
      )
      .nullish(),
  }),
});
export type SeenRoute = { kind: "Ingress"; name: string; backends: { service: string; port: number | null }[] };

/** networking.k8s.io/v1 Ingress: where it sends. */
export function seeIngress(object: unknown): SeenRoute | null {
  const parsed = ingress.safeParse(object).data;
  if (!parsed) return null;
  const paths = (parsed.spec.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
  const backends = paths.flatMap(({ backend: { service } }) =>
    service ? [{ service: service.name, port: service.port?.number ?? null }] : [],
  );
  return { kind: "Ingress", name: parsed.metadata.name, backends };
}
