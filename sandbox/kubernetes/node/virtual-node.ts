import { unattachedVolumes } from "../controllers/attachments.ts";
import { timeText, withCondition } from "../controllers/conditions.ts";
import { recorderFor } from "../controllers/event-recorder.ts";
import { type Controller, keyOf, splitKey } from "../controllers/work-queue.ts";
import { same } from "../json.ts";
import { nodes, pods } from "../kinds/index.ts";
import { VERSION } from "../kinds/version.ts";
import { type ContainerStatus, type Node, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { changeOf, type Store } from "../store/store.ts";
import { podStatus } from "./pod-status.ts";
import { nextStep } from "./virtual-life.ts";

/**
 * Nodes without machines, for thousands of pods. Whoever creates a Node with KWOK's annotation (`fake`) gets one; pods
 * on it run no process but go through the states of real ones (virtual-life.ts).
 */
const VIRTUAL = "kwok.x-k8s.io/node";

const writer = { manager: "kubelet", subresource: "status" as const };
const START_MS = 200;
const STOP_MS = 200;

const isVirtualNode = (node: Node | undefined): boolean => node?.metadata.annotations?.[VIRTUAL] === "fake";
export const isVirtual = (store: Store, pod: Pod): boolean =>
  pod.spec.nodeName !== undefined && isVirtualNode(store.get(nodes, undefined, pod.spec.nodeName));

/** Makes virtual nodes ready, with room for thousands of pods. */
export function virtualNodeController(resources: Resources): Controller {
  return {
    name: "virtual-node",
    keysOf: (change) => {
      const node = changeOf(nodes, change)?.object;
      return node !== undefined && isVirtualNode(node) ? [node.metadata.name] : [];
    },
    reconcile: (name) => {
      const node = resources.store.get(nodes, undefined, name);
      if (node === undefined) return undefined;
      const capacity = { cpu: "1k", memory: "1Ti", pods: "1M", ...node.status?.capacity };
      const status: Node["status"] = {
        capacity,
        allocatable: { ...capacity, ...node.status?.allocatable },
        addresses: [
          { type: "InternalIP", address: "127.0.0.1" },
          { type: "Hostname", address: name },
        ],
        conditions: withCondition(
          node.status?.conditions,
          { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
          resources.now(),
        ),
        nodeInfo: { kubeletVersion: VERSION, osImage: "none", containerRuntimeVersion: "virtual://1" },
      };
      resources.modify(nodes, node, (draft) => (draft.status = status), writer);
      return undefined;
    },
  };
}

/** Takes the pods of virtual nodes through their lives. */
export function virtualPodController(resources: Resources, address: () => string): Controller {
  const { store, now } = resources;
  const record = recorderFor(resources, "kubelet");
  const since = new Map<string, number>();
  /** Milliseconds left of a wait that began when this was first asked for the pod. */
  const left = ({ metadata }: Pod, waitMs: number): number => {
    const begun = since.get(metadata.uid) ?? now().getTime();
    since.set(metadata.uid, begun);
    return begun + waitMs - now().getTime();
  };

  const end = (pod: Pod): number | undefined => {
    const { deletionGracePeriodSeconds: grace = 0, finalizers = [] } = pod.metadata;
    const wait = left(pod, Math.min(STOP_MS, grace * 1000));
    if (wait > 0) return wait;
    if (finalizers.length > 0) return undefined;
    resources.remove(pods, pod);
    return undefined;
  };

  return {
    name: "virtual-pod",
    keysOf: (change) => {
      const pod = changeOf(pods, change);
      if (pod === undefined || !isVirtual(store, pod.object)) return [];
      if (pod.type !== "DELETED") return [keyOf(pod.object)];
      since.delete(pod.object.metadata.uid);
      return [];
    },
    reconcile: (key) => {
      const pod = store.get(pods, ...splitKey(key));
      if (pod === undefined) return undefined;
      if (pod.metadata.deletionTimestamp !== undefined) return end(pod);
      if (pod.status.containerStatuses === undefined) {
        const wait = left(pod, START_MS);
        if (wait > 0) return wait;
        if (unattachedVolumes(store, pod).length > 0) return START_MS;
        since.delete(pod.metadata.uid);
      }
      const step = nextStep(pod, now());
      const status = podStatus(pod, {
        init: (pod.spec.initContainers ?? []).map((one) => initStatus(pod, one.name, now())),
        main: step.containers,
        initialised: true,
        ip: pod.status.podIP ?? address(),
        now: now(),
      });
      if (!same(status, pod.status)) resources.modify(pods, pod, (draft) => (draft.status = status), writer);
      if (step.event !== undefined) record(pod, step.event);
      return step.againInMs;
    },
  };
}

/** Init containers have done their work, sidecars run. */
function initStatus(pod: Pod, name: string, now: Date): ContainerStatus {
  const found = pod.status.initContainerStatuses?.find((one) => one.name === name);
  const spec = pod.spec.initContainers?.find((one) => one.name === name);
  const sidecar = spec?.restartPolicy === "Always";
  const [startedAt, finishedAt] = [timeText(now), timeText(now)];
  return (
    found ?? {
      name,
      state: sidecar
        ? { running: { startedAt } }
        : { terminated: { exitCode: 0, reason: "Completed", startedAt, finishedAt } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: spec?.image ?? "",
      imageID: spec?.image ?? "",
      started: sidecar,
    }
  );
}
