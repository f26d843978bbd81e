import { found, inPods, type Rule, seenIn } from "../finding-rules.ts";
import { type FindingAction } from "../schema.ts";

type Case = { says: RegExp; tell(nodes: number, all: number, words: string): string; action: FindingAction };
const size = (field: string): FindingAction => ({ kind: "settings", section: "size", field });
const placement: FindingAction = { kind: "settings", section: "placement", field: null };

/** The scheduler's filters in their own words (pkg/scheduler/framework/plugins), each as a sentence with its count of nodes. */
const CASES: readonly Case[] = [
  {
    says: /^Insufficient cpu/,
    tell: (n, all) => `Too little CPU is left on ${n} of ${all} nodes.`,
    action: size("resources.cpuRequestMillis"),
  },
  {
    says: /^Insufficient memory/,
    tell: (n, all) => `Too little memory is left on ${n} of ${all} nodes.`,
    action: size("resources.memoryRequestBytes"),
  },
  {
    says: /^Insufficient (\S+)/,
    tell: (n, all, words) => `Too little of ${words.slice("Insufficient ".length)} is left on ${n} of ${all} nodes.`,
    action: { kind: "ask" },
  },
  {
    says: /^Too many pods/,
    tell: (n, all) => `No more pods fit on ${n} of ${all} nodes.`,
    action: { kind: "ask" },
  },
  {
    says: /untolerated taint/,
    tell: (n, all) => `Taints that it does not tolerate keep it from ${n} of ${all} nodes.`,
    action: placement,
  },
  {
    says: /unschedulable/,
    tell: (n, all) => `New pods are turned away by ${n} of ${all} nodes (cordoned).`,
    action: { kind: "ask" },
  },
  {
    says: /volume node affinity|available persistent volumes|max volume count/,
    tell: (n, all) => `Its volume cannot be had on ${n} of ${all} nodes.`,
    action: { kind: "settings", section: "storage", field: null },
  },
  {
    says: /affinity|selector|topology spread/,
    tell: (n, all) => `Its placement rules exclude ${n} of ${all} nodes.`,
    action: placement,
  },
  {
    says: /free ports/,
    tell: (n, all) => `The port that it wants of its node is taken on ${n} of ${all} nodes.`,
    action: { kind: "ask" },
  },
];

/** What other rules tell: claims that are missing or wait for their volume. */
const ABOUT_CLAIMS = /persistentvolumeclaim|PersistentVolumeClaim/;

/** No node can take a pod, and why. */
export const schedulingRule: Rule = (scene) =>
  inPods(scene.pods, (pod) => {
    const { nodeName, message } = pod;
    if (nodeName !== null || pod.phase !== "Pending" || !message || ABOUT_CLAIMS.test(message)) return null;
    const { all, reasons } = reasonsOf(message);
    const cases = reasons.map(({ nodes, words }) => ({
      nodes,
      words,
      the: CASES.find(({ says }) => says.test(words)),
    }));
    const told = cases.map(({ nodes, words, the }) => the?.tell(nodes, all, words) ?? `${nodes} of ${all}: ${words}.`);
    const actions = cases.flatMap(({ the }) => the?.action ?? []);
    const ask: FindingAction = { kind: "ask" };
    return found({
      rule: "scheduling",
      variant: reasons.map(({ words }) => words.replace(/\{.*\}/, "")).join(", "),
      message: [`No node can take ${pod.name}.`, ...(told.length > 0 ? told : [`The scheduler says: ${message}`])].join(
        " ",
      ),
      next: "Ask for less or place it elsewhere, or ask the cluster's operator for room; it starts by itself as soon as a node can take it.",
      evidence: [seenIn({ source: "status", object: `Pod/${pod.name}`, text: message, at: null })],
      actions: [...unique(actions.filter(({ kind }) => kind !== "ask")), ask],
    });
  });

/** "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}. preemption: …" */
function reasonsOf(message: string): { all: number; reasons: { nodes: number; words: string }[] } {
  const [, all = "0", list = ""] =
    /^0\/(\d+) nodes are available: (.*?)(?:\. preemption:.*|\.? ?no new claims.*|\.?$)/s.exec(message) ?? [];
  const parts = list.split(/, (?=\d+ )/).flatMap((part) => {
    const [, nodes, words] = /^(\d+) (.+?)\.?$/s.exec(part) ?? [];
    return nodes && words ? [{ nodes: Number(nodes), words }] : [];
  });
  return { all: Number(all), reasons: parts };
}

const unique = (actions: FindingAction[]): FindingAction[] =>
  actions.filter((one, i) => actions.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === i);
