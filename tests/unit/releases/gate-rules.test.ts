import { describe, expect, it } from "vitest";
import { type GateFacts, gatesOf } from "#lib/releases/gates/gate-rules";
import { growth, podNeeds } from "#lib/releases/gates/pod-needs-rules";
import { readLimitRange, readQuota } from "#lib/releases/gates/quota-rules";

const deployment = (
  replicas: number | undefined,
  options: { cpu?: string; surge?: number | string; unavailable?: number; image?: string } = {},
) => ({
  spec: {
    replicas,
    strategy: { rollingUpdate: { maxSurge: options.surge ?? 1, maxUnavailable: options.unavailable ?? 0 } },
    template: {
      spec: {
        containers: [
          {
            name: "shop",
            image: options.image ?? "a",
            resources: {
              requests: { cpu: options.cpu ?? "500m", memory: "128Mi" },
              limits: { cpu: "1", memory: "256Mi" },
            },
          },
          { name: "filebeat", resources: { requests: { cpu: "100m" } } },
        ],
      },
    },
  },
});
const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
  refusals: [],
  clusterGap: null,
  hold: null,
  conflicts: [],
  changedAgain: [],
  trial: null,
  certificates: [],
  before: null,
  after: null,
  quotas: [],
  limitRanges: [],
  mesh: null,
  ...more,
});
const quota = (hard: Record<string, string>, used: Record<string, string>) =>
  readQuota({ metadata: { name: "team" }, spec: { hard }, status: { hard, used } });
const sentences = (more: Partial<GateFacts>) =>
  gatesOf(facts(more)).map(({ blocks, error }) => `${blocks ? "blocks" : "warns"}: ${error.message}`);

describe("how much more a release takes", () => {
  const at = (before: object | null, after: object, name = "pods") => {
    const [was, is] = [podNeeds(before), podNeeds(after)];
    if (!is) throw new Error("no workload");
    const { atMost, after: then } = growth(was, is);
    return [atMost[name], then[name]];
  };
  it.each([
    ["a first release", null, deployment(3), [3, 3]],
    ["scaling up touches no template, so nothing surges", deployment(2), deployment(5), [3, 3]],
    ["scaling down", deployment(5), deployment(2), [0, -3]],
    ["a new image needs the surge", deployment(3), deployment(3, { image: "b" }), [1, 0]],
    ["a surge in percent is rounded up", deployment(3), deployment(3, { image: "b", surge: "25%" }), [1, 0]],
    ["a new image with fewer pods than now", deployment(5), deployment(2, { image: "b" }), [0, -3]],
    ["an autoscaler's number stays", deployment(4), deployment(undefined), [0, 0]],
  ])("%s", (_, before, after, expected) => expect(at(before, after)).toEqual(expected));

  it("counts every container's requests", () => {
    expect(at(null, deployment(2), "requests.cpu")).toEqual([1.2, 1.2]);
  });
});

describe("the gate into the mesh", () => {
  const mesh = { injection: { is: "missing" as const }, namespace: "kepler-dev", joins: true, isAmbient: false };
  const NONE = "The cluster would put no proxy beside a pod in kepler-dev: no injector of Istio's takes it.";
  it("is shut without an injector, for those who are not in yet", () => {
    expect(sentences({ mesh })).toEqual([`blocks: ${NONE}`]);
    expect(sentences({ mesh: { ...mesh, joins: false } })).toEqual([`warns: ${NONE}`]);
    const error = { code: "unavailable" as const, system: "kubernetes", message: "It does not answer." };
    expect(sentences({ mesh: { ...mesh, injection: { is: "refused", error } } })).toEqual([`blocks: ${error.message}`]);
    expect(sentences({ mesh: { ...mesh, injection: { is: "untried" } } })).toEqual([]);
  });
  it("says that an ambient mesh is left", () => {
    const [said] = sentences({ mesh: { ...mesh, injection: { is: "untried" }, isAmbient: true } });
    expect(said).toMatch(/^warns: The namespace kepler-dev is in the ambient mesh/);
  });
});

describe("the quota gate", () => {
  const before = podNeeds(deployment(2));
  it("blocks what would not fit in the end, in words with numbers", () => {
    const quotas = quota({ "requests.cpu": "2", pods: "10" }, { "requests.cpu": "1200m", pods: "2" });
    expect(sentences({ before, after: podNeeds(deployment(4)), quotas })).toEqual([
      "blocks: The quota team allows 2 of requests.cpu: 1.2 in use, 1.2 more needed.",
    ]);
  });
  it("blocks a surge that does not fit when every old pod must stay, and only warns when one may be missing", () => {
    const quotas = quota({ pods: "2" }, { pods: "2" });
    const image = "b";
    expect(sentences({ before, after: podNeeds(deployment(2, { image })), quotas })).toEqual([
      "blocks: The quota team allows 2 of pods: 2 in use, 1 more needed while pods are replaced.",
    ]);
    expect(sentences({ before, after: podNeeds(deployment(2, { image, unavailable: 1 })), quotas })).toEqual([
      "warns: The quota team allows 2 of pods: 2 in use, 1 more needed while pods are replaced.",
    ]);
  });
  it("knows the short names, leaves alone what shrinks, and quotas that count only some pods", () => {
    const over = { memory: "100Mi" };
    expect(sentences({ before, after: podNeeds(deployment(3)), quotas: quota(over, { memory: "256Mi" }) })).toEqual([
      "blocks: The quota team allows 100Mi of memory: 256Mi in use, 128Mi more needed.",
    ]);
    expect(sentences({ before, after: podNeeds(deployment(1)), quotas: quota(over, { memory: "256Mi" }) })).toEqual([]);
    expect(readQuota({ metadata: { name: "x" }, spec: { scopes: ["BestEffort"] } })).toEqual([]);
  });
});

describe("the limit range gate", () => {
  const range = (limits: object) => readLimitRange({ metadata: { name: "sizes" }, spec: { limits: [limits] } });
  it("blocks containers that ask for more or less than is allowed", () => {
    const after = podNeeds(deployment(1));
    const limitRanges = range({ type: "Container", max: { memory: "200Mi" }, min: { cpu: "200m" } });
    expect(sentences({ after, limitRanges })).toEqual([
      "blocks: The limit range sizes allows each container at most 200Mi of memory; shop asks for 256Mi.",
      "blocks: The limit range sizes allows each container no less than 0.2 of cpu; filebeat asks for 0.1.",
    ]);
    expect(sentences({ after, limitRanges: range({ type: "Pod", max: { memory: "1Mi" } }) })).toEqual([]);
  });
});

describe("changes by hand", () => {
  const conflict = (decision: "open" | "keep" | "take-over", field: string) => ({
    kind: "apps/v1/Deployment",
    name: "shop",
    field,
    change: { field, before: "2", after: "5" },
    value: 5,
    manager: "kubectl",
    at: null,
    whyNotKeep: null,
    decision,
  });
  it("block as one sentence an object while somebody has to decide, and not after", () => {
    const conflicts = [conflict("open", "replicas"), conflict("keep", "args"), conflict("open", "memoryLimit")];
    expect(sentences({ conflicts })).toEqual([
      "blocks: Deployment shop was changed by hand: kubectl changed replicas from 2 to 5; kubectl changed memoryLimit from 2 to 5.",
    ]);
    expect(sentences({ conflicts: [conflict("take-over", "replicas"), conflict("keep", "args")] })).toEqual([]);
  });
  it("that changed again after somebody chose to keep them are asked about again", () => {
    expect(sentences({ changedAgain: [{ name: "shop", field: ".spec.replicas" }] })).toHaveLength(1);
  });
});
