import { readdirSync, rmSync } from "node:fs";
import { arch, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { type Logger } from "pino";
import { withCondition } from "../controllers/conditions.ts";
import { recorderFor } from "../controllers/event-recorder.ts";
import { configMaps, endpointSlices, nodes, pods, secrets } from "../kinds/index.ts";
import { VERSION } from "../kinds/version.ts";
import { type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { changeOf } from "../store/store.ts";
import { type ContainerLog, type LogPlace } from "./container-log.ts";
import { NodeImages } from "./images.ts";
import { type LogPolicy, startLogRotation } from "./log-rotation.ts";
import { PodWorker } from "./pod-worker.ts";
import { Processes } from "./processes.ts";
import { type RunningContainer } from "./running-container.ts";
import { startStorageEviction } from "./storage-eviction.ts";
import { UsageMeter, type UsageSource } from "./usage.ts";

export const NODE_NAME = "kepler-sandbox";
const LETTING_GO_MS = 2000;
/** How long a changed ConfigMap or Secret takes to reach the files of running pods (a kubelet's sync takes up to a minute). */
const REFRESH_MS = 1000;
/** A small real node's size, where this machine has less. */
const LEAST = { cores: 8, memoryKi: 16 * 1024 * 1024 };

export type SandboxNode = {
  lifeOf(pod: Pod, container: string): RunningContainer | undefined;
  /** The log of a container, also of a pod that is over. */
  logOf(pod: Pod, container: string): LogPlace;
  usage: UsageSource;
  stop(): Promise<void>;
};
type Options = {
  home: string;
  hostPath: string;
  scale: number;
  logs: LogPolicy;
  logger: Logger;
  address: () => string;
};

/** The node of real processes: one worker per pod that is bound here and not yet over. */
export function startNode(resources: Resources, options: Options): SandboxNode {
  const { home, hostPath, scale, logger, address } = options;
  const { store, now } = resources;
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
    address,
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
  let refresh: NodeJS.Timeout | undefined;
  const refreshAll = (): void => {
    refresh = undefined;
    for (const worker of workers.values())
      worker.volumes.refresh().catch((error: unknown) => logger.warn({ error }, "volumes were not brought up to date"));
  };
  forgetLostPods(join(home, "pods"), new Set(store.list(pods).map(({ metadata }) => metadata.uid)));
  for (const pod of store.list(pods)) see(pod);
  const unsubscribe = store.subscribe((change) => {
    if (changeOf(configMaps, change) ?? changeOf(secrets, change))
      refresh ??= setTimeout(refreshAll, REFRESH_MS * scale);
    const object = changeOf(pods, change)?.object;
    if (object === undefined) return;
    const gone = change.type === "DELETED";
    const pod = gone ? undefined : store.get(pods, object.metadata.namespace, object.metadata.name);
    if (pod === undefined) return forget(object.metadata.uid);
    see(pod);
    // Fields of the pod itself can be mounted too.
    if (pod.spec.volumes?.some((one) => one.downwardAPI ?? one.projected))
      refresh ??= setTimeout(refreshAll, REFRESH_MS * scale);
  });
  const stopEviction = startStorageEviction(() => workers.values(), { scale, logger });
  const logs = (): ContainerLog[] =>
    [...workers.values()].flatMap(({ containers }) => containers.flatMap(({ log }) => log ?? []));
  const stopRotation = startLogRotation(logs, { policy: options.logs, now, logger });
  const usage = new UsageMeter(NODE_NAME, () => workers.values(), { now, scale });
  return {
    usage,
    lifeOf: (pod, container) =>
      workers.get(pod.metadata.uid)?.containers.find((one) => one.container.name === container)?.life,
    logOf: (pod, container) => {
      const open = workers.get(pod.metadata.uid)?.logOf(container);
      if (open !== undefined) return open;
      const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
      const run = statuses.find(({ name }) => name === container)?.restartCount ?? 0;
      return { log: undefined, run, folder: join(home, "pods", pod.metadata.uid, "containers", container) };
    },
    stop: async () => {
      unsubscribe();
      stopEviction();
      stopRotation();
      usage.stop();
      clearTimeout(refresh);
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
      { metadata: { name: NODE_NAME, labels }, spec: { podCIDR: "127.64.0.0/11" } },
      options,
    );
  }
  const node = resources.get(nodes, undefined, NODE_NAME);
  const amounts = {
    cpu: String(Math.max(LEAST.cores, cpus().length)),
    memory: `${Math.max(LEAST.memoryKi, Math.floor(totalmem() / 1024))}Ki`,
    pods: "110",
  };
  const status = {
    capacity: amounts,
    allocatable: amounts,
    addresses: [
      { type: "InternalIP", address: "127.0.0.1" },
      { type: "Hostname", address: NODE_NAME },
    ],
    conditions: withCondition(
      node.status?.conditions,
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
