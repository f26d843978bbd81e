import { nodes, pods } from "../kinds/index.ts";
import { parseQuantity } from "../kinds/quantity.ts";
import { type Node, type Pod, type Taint, type Toleration } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { changeOf } from "../store/store.ts";
import { bindingOf, selectNode } from "./claim-binding.ts";
import { conditionOf, withCondition } from "./conditions.ts";
import { recorderFor } from "./event-recorder.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

const RESOURCES = ["cpu", "memory", "pods"] as const;
type Amounts = Record<(typeof RESOURCES)[number], number>;

/** Binds each new pod to the node that it fits and that has the fewest pods; says why when there is none. */
export function scheduler(resources: Resources): Controller {
  const { store } = resources;
  const record = recorderFor(resources, "default-scheduler");
  const waiting = new Set<string>();
  const loads = new NodeLoads();

  const refuse = (pod: Pod, message: string): void => {
    if (conditionOf(pod, "PodScheduled")?.message === message) return;
    record(pod, { type: "Warning", reason: "FailedScheduling", message });
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message } as const;
    const conditions = withCondition(pod.status.conditions, condition, resources.now());
    resources.modify(pods, pod, (draft) => (draft.status.conditions = conditions), {
      manager: "kube-scheduler",
      subresource: "status",
    });
  };

  return {
    name: "scheduler",
    keysOf: (change) => {
      const pod = changeOf(pods, change);
      if (pod !== undefined) {
        loads.see(pod.object, pod.type === "DELETED");
        const key = keyOf(pod.object);
        if (isUnbound(pod.object) && pod.type !== "DELETED") waiting.add(key);
        else waiting.delete(key);
        // What has gone, or changed while it waited, may have made room.
        return pod.type === "DELETED" ? [...waiting] : waiting.has(key) ? [key] : [];
      }
      const frees = ["nodes", "persistentvolumeclaims", "persistentvolumes"].includes(change.kind.plural);
      return frees ? [...waiting] : [];
    },
    reconcile: (key) => {
      const pod = store.get(pods, ...splitKey(key));
      if (pod === undefined || !isUnbound(pod)) return undefined;
      const { obstacle, awaiting } = bindingOf(resources, pod);
      const all = store.list(nodes);
      if (obstacle !== undefined) {
        refuse(pod, `0/${all.length} nodes are available: ${obstacle}.`);
        return undefined;
      }
      const verdicts = all.map((node) => ({ node, why: whyNot(pod, node, loads) }));
      const [best] = verdicts
        .filter(({ why }) => why === undefined)
        .sort((a, b) => loads.of(a.node).pods - loads.of(b.node).pods);
      if (best === undefined) {
        refuse(pod, unavailable(verdicts.map(({ why }) => why ?? "")));
        return undefined;
      }
      const nodeName = best.node.metadata.name;
      if (awaiting.length > 0) {
        // Their binding brings the pod here again.
        selectNode(resources, awaiting, nodeName);
        return undefined;
      }
      record(pod, { type: "Normal", reason: "Scheduled", message: `Successfully assigned ${key} to ${nodeName}` });
      bind(resources, pod, nodeName);
      return undefined;
    },
  };
}

const isUnbound = ({ spec, metadata }: Pod): boolean =>
  spec.nodeName === undefined && metadata.deletionTimestamp === undefined;

/** What `pods/binding` does: node and condition in one write, which no field manager owns. */
function bind({ store, now }: Resources, pod: Pod, nodeName: string): void {
  const conditions = withCondition(pod.status.conditions, { type: "PodScheduled", status: "True" }, now());
  store.put(pods, {
    ...pod,
    metadata: { ...pod.metadata },
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, conditions },
  });
}

/** The first of the scheduler's filters that a node fails, in its words. */
function whyNot(pod: Pod, node: Node, loads: NodeLoads): string | undefined {
  if (node.spec.unschedulable === true) return "node(s) were unschedulable";
  const labels = node.metadata.labels ?? {};
  const wanted = Object.entries(pod.spec.nodeSelector ?? {});
  if (wanted.some(([key, value]) => labels[key] !== value)) return "node(s) didn't match Pod's node affinity/selector";
  const taints = (node.spec.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");
  if (taints.some((taint) => !pod.spec.tolerations?.some((each) => tolerates(each, taint))))
    return "node(s) had untolerated taint(s)";
  const { used, room } = { used: loads.of(node), room: node.status?.allocatable ?? {} };
  const asked = requestsOf(pod);
  const lacking = RESOURCES.find((name) => used[name] + asked[name] > (parseQuantity(room[name] ?? "") ?? Infinity));
  return lacking === undefined ? undefined : lacking === "pods" ? "Too many pods" : `Insufficient ${lacking}`;
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== "" && effect !== taint.effect) return false;
  if (key !== undefined && key !== "" && key !== taint.key) return false;
  return operator === "Exists" || (value ?? "") === (taint.value ?? "");
}

/** "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable." */
function unavailable(reasons: string[]): string {
  if (reasons.length === 0) return "no nodes available to schedule pods";
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const told = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${reasons.length} nodes are available: ${told.join(", ")}. preemption: 0/${reasons.length} nodes are available: ${reasons.length} Preemption is not helpful for scheduling.`;
}

/** The containers together, or a larger init container, whichever is more. */
function requestsOf({ spec }: Pod): Amounts {
  const of = (name: "cpu" | "memory"): number => {
    const amount = (one: { resources?: { requests?: Record<string, string> } }): number =>
      parseQuantity(one.resources?.requests?.[name] ?? "0") ?? 0;
    const sidecars = (spec.initContainers ?? []).filter((one) => one.restartPolicy === "Always");
    const together = [...spec.containers, ...sidecars].reduce((sum, one) => sum + amount(one), 0);
    return Math.max(together, ...(spec.initContainers ?? []).map(amount));
  };
  return { cpu: of("cpu"), memory: of("memory"), pods: 1 };
}

/** What the pods of each node have asked for, kept up with every change. */
class NodeLoads {
  readonly #pods = new Map<string, { node: string; asked: Amounts }>();
  readonly #nodes = new Map<string, Amounts>();

  of(node: Node): Amounts {
    return this.#nodes.get(node.metadata.name) ?? { cpu: 0, memory: 0, pods: 0 };
  }

  see(pod: Pod, gone: boolean): void {
    const { uid } = pod.metadata;
    const before = this.#pods.get(uid);
    const finished = pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
    const counts = !gone && !finished && pod.spec.nodeName !== undefined;
    if (before !== undefined && (!counts || before.node !== pod.spec.nodeName)) {
      this.#add(before.node, before.asked, -1);
      this.#pods.delete(uid);
    }
    if (counts && pod.spec.nodeName !== undefined && !this.#pods.has(uid)) {
      const load = { node: pod.spec.nodeName, asked: requestsOf(pod) };
      this.#add(load.node, load.asked, 1);
      this.#pods.set(uid, load);
    }
  }

  #add(node: string, asked: Amounts, sign: 1 | -1): void {
    const load = this.#nodes.get(node) ?? { cpu: 0, memory: 0, pods: 0 };
    for (const name of RESOURCES) load[name] += sign * asked[name];
    this.#nodes.set(node, load);
  }
}
