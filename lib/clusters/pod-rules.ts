import { z } from "zod";
import {
  type ContainerStatus,
  containerSpec,
  containerStatus,
  type SeenContainer,
  seeContainer,
} from "./container-rules.ts";
import { appIdOf, isManaged, NAME_LABEL, releaseNumberOf, TRACK_LABEL } from "./label-rules.ts";

const volumeSource = z.object({
  configMap: z.object({ name: z.string().optional() }).nullish(),
  secret: z.object({ secretName: z.string().optional() }).nullish(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).nullish(),
});
/** The part of a core/v1 Pod that Kepler looks at; whatever else the cluster says is not its business. */
const pod = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    namespace: z.string(),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().default(false) }))
      .nullish(),
  }),
  spec: z.object({
    nodeName: z.string().nullish(),
    containers: z.array(containerSpec),
    initContainers: z.array(containerSpec).nullish(),
    volumes: z.array(volumeSource).nullish(),
  }),
  status: z
    .object({
      phase: z.string().default("Pending"),
      reason: z.string().nullish(),
      message: z.string().nullish(),
      podIP: z.string().nullish(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().nullish(),
            message: z.string().nullish(),
          }),
        )
        .nullish(),
      initContainerStatuses: z.array(containerStatus).nullish(),
      containerStatuses: z.array(containerStatus).nullish(),
    })
    .default({ phase: "Pending" }),
});
type Pod = z.infer<typeof pod>;

/** A pod as one narrow row: what lists show, health is decided from and a rollout waits for. */
export type SeenPod = {
  uid: string;
  namespace: string;
  name: string;
  appId: string | null;
  /** Of a pod without Kepler's labels: what keeps it ("Deployment/shop"), or "" for nothing known; null on Kepler's own. */
  keptBy: string | null;
  releaseNumber: number | null;
  /** "canary" on the pods of one; null on all others. */
  track: string | null;
  phase: string;
  /** As `kubectl get pods` would print it, but for a pod that its node has ended: why it did. */
  status: string;
  message: string | null;
  ready: boolean;
  terminating: boolean;
  restarts: number;
  nodeName: string | null;
  podIp: string | null;
  /** Digest that the app's container really runs, from containerStatuses[].imageID; null until it was pulled. */
  imageDigest: string | null;
  /** Version of the mesh proxy that stands ready in the pod ("1.29.1"); null without one. */
  meshProxy: string | null;
  /** ConfigMaps and Secrets that its containers and volumes are made from, as "ConfigMap/<name>". */
  configObjects: string[];
  /** Its init containers and sidecars first, as they start. */
  containers: SeenContainer[];
  /** Names of the claims that it mounts. */
  claims: string[];
  createdAt: Date;
};

/** A Pod from the API as a row; null for something that is not a Pod. */
export function seePod(object: unknown): SeenPod | null {
  const parsed = pod.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.data;
  const statuses = status.containerStatuses ?? [];
  // By its name, which is the app's: whoever adds a container may put it first.
  const named = spec.containers.find(({ name }) => name === metadata.labels?.[NAME_LABEL]) ?? spec.containers[0];
  const app = statuses.find((s) => s.name === named?.name);
  const containers = seeContainers(parsed.data);
  return {
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    appId: appIdOf(metadata.labels),
    keptBy: isManaged(metadata.labels) ? null : workloadOf(parsed.data),
    releaseNumber: releaseNumberOf(metadata.labels),
    track: metadata.labels?.[TRACK_LABEL] ?? null,
    phase: status.phase,
    status: printedStatus(parsed.data),
    message: troubleMessage(parsed.data),
    ready: isReady(parsed.data),
    terminating: metadata.deletionTimestamp != null,
    restarts: containers.reduce((sum, c) => sum + (c.kind === "init" ? 0 : c.restarts), 0),
    nodeName: spec.nodeName ?? null,
    podIp: status.podIP ?? null,
    imageDigest: /sha256:[0-9a-f]{64}/.exec(app?.imageID ?? "")?.[0] ?? null,
    meshProxy: meshProxyOf(parsed.data),
    configObjects: configObjectsIn(spec),
    containers,
    claims: (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []),
    createdAt: new Date(metadata.creationTimestamp),
  };
}

/** Nothing of it runs or will run again: it only stands there until somebody takes it away. */
export const isOver = ({ phase }: Pick<SeenPod, "phase">): boolean => phase === "Failed" || phase === "Succeeded";

/** Its node has put it out; another pod takes its place. */
export const isEvicted = ({ phase, status }: Pick<SeenPod, "phase" | "status">): boolean =>
  phase === "Failed" && status === "Evicted";

function configObjectsIn({ containers, volumes }: Pod["spec"]): string[] {
  const variables = containers.flatMap(({ envFrom, env }) => [
    ...(envFrom ?? []).flatMap(({ configMapRef, secretRef }) => objectNames(configMapRef?.name, secretRef?.name)),
    ...(env ?? []).flatMap(({ valueFrom }) =>
      objectNames(valueFrom?.configMapKeyRef?.name, valueFrom?.secretKeyRef?.name),
    ),
  ]);
  const files = (volumes ?? []).flatMap(({ configMap, secret }) => objectNames(configMap?.name, secret?.secretName));
  return [...new Set([...variables, ...files])].sort();
}

const objectNames = (configMap: string | undefined, secret: string | undefined): string[] => [
  ...(configMap === undefined ? [] : [`ConfigMap/${configMap}`]),
  ...(secret === undefined ? [] : [`Secret/${secret}`]),
];

/** A Deployment keeps its pods through a ReplicaSet that is named for it and the hash of its template. */
function workloadOf({ metadata }: Pod): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  const hash = metadata.labels?.["pod-template-hash"];
  if (owner?.kind === "StatefulSet") return `StatefulSet/${owner.name}`;
  if (owner?.kind !== "ReplicaSet" || !hash || !owner.name.endsWith(`-${hash}`)) return "";
  return `Deployment/${owner.name.slice(0, -hash.length - 1)}`;
}

/** Istio's proxy is a container, or an init container that keeps running (KEP-753, the default since Istio 1.27). */
function meshProxyOf({ status }: Pod): string | null {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const proxy = all.find(({ name }) => name === "istio-proxy");
  if (!proxy?.ready) return null;
  return /:([^:/@]+)(@.*)?$/.exec(proxy.image)?.[1] ?? "unknown";
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp == null &&
  (status.conditions ?? []).some((c) => c.type === "Ready" && c.status === "True");

/**
 * The STATUS column of `kubectl get pods` (kubernetes/kubernetes pkg/printers/internalversion/printers.go, printPod). Of a pod
 * that its node has ended, kubectl prints how a container then ended ("Error"); here it is the node's reason ("Evicted").
 */
function printedStatus({ metadata, spec, status }: Pod): string {
  if (metadata.deletionTimestamp != null) return "Terminating";
  if (status.phase === "Failed" && status.reason) return status.reason;
  const init = (status.initContainerStatuses ?? []).find((s) => !s.state?.running && initTrouble(s) !== null);
  if (init) return `Init:${initTrouble(init)}`;
  const trouble = (status.containerStatuses ?? []).map(containerReason).findLast((reason) => reason !== null);
  const running = (status.containerStatuses ?? []).some((s) => s.ready && s.state?.running);
  if (trouble === "Completed" && running) return "Running";
  if (trouble) return trouble;
  if (status.phase === "Pending" && spec.nodeName && (status.containerStatuses ?? []).length === 0)
    return "ContainerCreating";
  return status.reason ?? status.phase;
}

/** Null for an init container that is done or has not had its turn. */
function initTrouble({ state }: ContainerStatus): string | null {
  if (state?.terminated) return state.terminated.exitCode === 0 ? null : (state.terminated.reason ?? "Error");
  const reason = state?.waiting?.reason;
  return reason && reason !== "PodInitializing" ? reason : null;
}

function containerReason({ state }: ContainerStatus): string | null {
  if (state?.waiting?.reason) return state.waiting.reason;
  if (!state?.terminated) return null;
  const { reason, signal, exitCode } = state.terminated;
  return reason ?? (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

/** The most telling sentence that the cluster gives: of a container that waits, then of the last end, then of the pod. */
function troubleMessage({ status }: Pod): string | null {
  if (status.phase === "Failed" && status.message) return status.message;
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const waiting = all.find((s) => s.state?.waiting?.message)?.state?.waiting?.message;
  const ended = all.find((s) => s.state?.terminated?.message)?.state?.terminated?.message;
  const unmet = (status.conditions ?? []).find((c) => c.type === "PodScheduled" && c.status === "False")?.message;
  return waiting ?? ended ?? unmet ?? status.message ?? null;
}

/** Those of the spec, with what is known of each: one that has not begun yet is there and waits. */
function seeContainers({ spec, status }: Pod): SeenContainer[] {
  const init = spec.initContainers ?? [];
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return [...init, ...spec.containers].map((one) => {
    // A sidecar is an init container that keeps running (KEP-753).
    const kind = !init.includes(one) ? "container" : one.restartPolicy === "Always" ? "sidecar" : "init";
    return seeContainer(
      one,
      kind,
      statuses.find(({ name }) => name === one.name),
    );
  });
}
