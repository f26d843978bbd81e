import { isEvicted } from "#lib/clusters/pod-rules";
import { found, inPods, podsWord, type Rule, seenIn } from "../finding-rules.ts";
import { type Finding } from "../schema.ts";

const PRESSURES: Record<string, string> = {
  MemoryPressure: "memory",
  DiskPressure: "disk space",
  PIDPressure: "process ids",
};

/** A node on which the service's pods stand is in trouble, or has put one of them out. */
export const nodeRule: Rule = (scene) => [
  ...scene.nodes.flatMap(({ name, conditions }) => {
    const pods = scene.pods.filter((pod) => pod.nodeName === name).map((pod) => pod.name);
    if (pods.length === 0) return [];
    return conditions.flatMap((condition): Finding[] => {
      const { type, status, reason, message, lastTransitionTime } = condition;
      const lacks = PRESSURES[type];
      const gone = type === "Ready" && status !== "True";
      if (!gone && !(lacks && status === "True")) return [];
      return [
        found({
          rule: "node",
          variant: `${type} ${name}`,
          level: gone ? "fail" : "warn",
          pods,
          message: gone
            ? `The node ${name} is not ready, with ${podsWord(pods.length)} of this service on it.`
            : `The node ${name} runs short of ${lacks}, with ${podsWord(pods.length)} of this service on it.`,
          next: gone
            ? "Its pods are moved to other nodes by themselves after some minutes; ask the cluster's operator to look at the node."
            : "It may put pods out. Ask the cluster's operator to look at the node.",
          evidence: [
            seenIn({
              source: "status",
              object: `Node/${name}`,
              text: `${type}=${status} · ${reason ?? ""}: ${message ?? ""}`,
              at: lastTransitionTime ?? null,
            }),
          ],
          actions: [{ kind: "ask" }],
        }),
      ];
    });
  }),
  ...inPods(scene.pods, (pod) => {
    if (!isEvicted(pod)) return null;
    const why = pod.message?.trim() ?? "";
    const volume = /^Usage of EmptyDir volume "([^"]+)"/.exec(why)?.[1];
    return found({
      rule: "node",
      variant: volume === undefined ? "evicted" : `evicted ${volume}`,
      level: "warn",
      message: `The node ${pod.nodeName ?? ""} has put ${pod.name} out: ${why || "no reason given"}`,
      next:
        volume === undefined
          ? "Another pod takes its place by itself. When it happens again, give it requests that fit what it uses."
          : `Another pod takes its place by itself, and writes as much again. Raise the size limit of the volume ${volume}, or let it write less.`,
      evidence: [seenIn({ source: "status", object: `Pod/${pod.name}`, text: `${pod.status}: ${why}` })],
      actions: [
        volume === undefined
          ? { kind: "settings", section: "size", field: null }
          : { kind: "settings", section: "storage", field: "volumes" },
        { kind: "ask" },
      ],
    });
  }),
];
