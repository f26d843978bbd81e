import { readdirSync, rmSync } from "node:fs";
import { arch, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { type Logger } from "pino";
import { withCondition } from "../controllers/conditions.ts";
import { recorderFor } from "../controllers/event-recorder.ts";
import { type Controller, keyOf, splitKey } from "../controllers/work-queue.ts";
import { VERSION } from "../kinds/version.ts";
import { endpointSlices, nodes, pods } from "../kinds/index.ts";
import { type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { type LogPlace } from "./container-log.ts";
import { NodeImages } from "./images.ts";
import { podAddresses } from "./pod-addresses.ts";
import { PodWorker } from "./pod-worker.ts";
import { Processes } from "./processes.ts";

export const NODE_NAME = "kepler-sandbox";
const LETTING_GO_MS = 2000;

export type SandboxNode = {
  workerOf(pod: Pod): PodWorker | undefined;
  /** Where the log of a pod that is over lies. */
  storedLogOf(pod: Pod, container: string): LogPlace;
  stop(): Promise<void>;
};

/** Binds every new pod to the one node there is. */
export function scheduler(resources: Resources): Controller {
  const record = recorderFor(resources, "default-scheduler");
  return {
    name: "scheduler",
    keysOf: ({ kind, object }) => (kind.plural === "pods" ? [keyOf(object)] : []),
    reconcile: (key) => {
      const pod = resources.store.get(pods, ...splitKey(key));
      if (pod === undefined || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined)
        return undefined;
      record(pod, { type: "Normal", reason: "Scheduled", message: `Successfully assigned ${key} to ${NODE_NAME}` });
      const conditions = withCondition(
        pod.status.conditions,
        { type: "PodScheduled", status: "True" },
        resources.now(),
      );
      resources.modify(pods, pod, (draft) => (draft.status.conditions = conditions), {
        manager: "kube-scheduler",
        subresource: "status",
      });
      resources.modify(pods, pod, (draft) => (draft.spec.nodeName = NODE_NAME), { manager: "kube-scheduler" });
      return undefined;
    },
  };
}

/** The node: one worker per pod that is bound here and not yet over. */
export function startNode(
  resources: Resources,
  options: { home: string; hostPath: string; scale: number; logger: Logger },
): SandboxNode {
  const { store, now } = resources;
  const { home, hostPath, scale, logger } = options;
  const workers = new Map<string, PodWorker>();
  const processes = new Processes(join(home, "run"));
  const ground = {
    store,
    resources,
    now,
    images: new NodeImages(join(home, "images")),
    processes,
    hostPath,
    scale,
    record: recorderFor(resources, "kubelet"),
    address: podAddresses(store),
    endpointsLetGo: (pod: Pod) => endpointsLetGo(resources, pod),
  };
  registerNode(resources);

  const see = (pod: Pod): void => {
    if (pod.spec.nodeName !== NODE_NAME) return;
    const { uid, deletionTimestamp } = pod.metadata;
    const over = pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
    if (!workers.has(uid) && (!over || deletionTimestamp !== undefined))
      workers.set(uid, new PodWorker(pod, home, ground));
    workers.get(uid)?.see(pod);
  };
  const forget = (uid: string): void => {
    const worker = workers.get(uid);
    workers.delete(uid);
    worker?.end(0).catch((error: unknown) => logger.warn({ error, uid }, "pod did not end cleanly"));
  };
  forgetLostPods(join(home, "pods"), new Set(store.list(pods).map(({ metadata }) => metadata.uid)));
  for (const pod of store.list(pods)) see(pod);
  const unsubscribe = store.subscribe(({ kind, type, object }) => {
    if (kind.plural !== "pods") return;
    const pod = type === "DELETED" ? undefined : store.get(pods, object.metadata.namespace, object.metadata.name);
    if (pod !== undefined) see(pod);
    else forget(object.metadata.uid);
  });
  return {
    workerOf: (pod) => workers.get(pod.metadata.uid),
    storedLogOf: (pod, container) => {
      const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
      const run = statuses.find(({ name }) => name === container)?.restartCount ?? 0;
      return { log: undefined, run, folder: join(home, "pods", pod.metadata.uid, "containers", container) };
    },
    stop: async () => {
      unsubscribe();
      await Promise.all([...workers.values()].map((worker) => worker.halt()));
      processes.stop();
    },
  };
}

/** Waits until no slice offers the pod as ready, so that nobody is sent to a program that is about to stop. */
function endpointsLetGo({ store }: Resources, pod: Pod): Promise<void> {
  const offered = (): boolean =>
    store
      .list(endpointSlices, pod.metadata.namespace)
      .some((slice) =>
        slice.endpoints.some(({ targetRef, conditions }) => targetRef?.uid === pod.metadata.uid && conditions.ready),
      );
  if (!offered()) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, LETTING_GO_MS);
    const unsubscribe = store.subscribe(({ kind }) => {
      if (kind.plural === "endpointslices" && !offered()) done();
    });
  });
}

function forgetLostPods(folder: string, known: Set<string>): void {
  try {
    for (const uid of readdirSync(folder))
      if (!known.has(uid)) rmSync(join(folder, uid), { recursive: true, force: true });
  } catch {
    // No pod has ever run here.
  }
}

function registerNode(resources: Resources): void {
  const options = { manager: "kubelet" };
  if (resources.store.get(nodes, undefined, NODE_NAME) === undefined) {
    const labels = {
      "kubernetes.io/hostname": NODE_NAME,
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "node-role.kubernetes.io/control-plane": "",
    };
    resources.create(
      nodes,
      undefined,
      { metadata: { name: NODE_NAME, labels }, spec: { podCIDR: "127.64.0.0/10" } },
      options,
    );
  }
  const node = resources.get(nodes, undefined, NODE_NAME);
  const amounts = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: "110" };
  const status = {
    capacity: amounts,
    allocatable: amounts,
    addresses: [
      { type: "InternalIP", address: "127.0.0.1" },
      { type: "Hostname", address: NODE_NAME },
    ],
    conditions: withCondition(
      [],
      { type: "Ready", status: "True", reason: "KubeletReady", message: "the sandbox is ready" },
      resources.now(),
    ),
    nodeInfo: {
      kubeletVersion: VERSION,
      osImage: "Kepler sandbox",
      containerRuntimeVersion: "process://1",
      architecture: arch(),
      operatingSystem: "linux",
    },
  };
  resources.modify(nodes, node, (draft) => (draft.status = status), { ...options, subresource: "status" });
}
