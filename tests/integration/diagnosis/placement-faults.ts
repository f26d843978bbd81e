import { type Fault } from "./fault.ts";
import { deployment, node, object, onNode, own, with1, withSpec } from "./fault-objects.ts";

/** Three megabytes of scratch, and then it stays. */
const FILLING = {
  command: [
    "node",
    "-e",
    `const { mkdirSync, writeFileSync } = require("node:fs");
     mkdirSync("/scratch", { recursive: true });
     writeFileSync("/scratch/zeros", Buffer.alloc(3_000_000));
     setInterval(() => {}, 1000);`,
  ],
};

/** No node takes the pods, or theirs is in trouble. */
export const placementFaults: Fault[] = [
  {
    name: "more CPU than any node has",
    objects: with1({ resources: { requests: { cpu: "900" } } }),
    rule: "scheduling",
    sentence: /No node can take t-\S+ Too little CPU is left on \d+ of \d+ nodes\./,
    evidence: /Insufficient cpu/,
    action: { kind: "settings", section: "size", field: "resources.cpuRequestMillis" },
  },
  {
    name: "a placement that no node fits",
    objects: withSpec({ nodeSelector: { "kepler.dev/no-such": "node" } }),
    rule: "scheduling",
    sentence: /Its placement rules exclude \d+ of \d+ nodes\./,
    evidence: /didn't match Pod's node affinity\/selector/,
    action: { kind: "settings", section: "placement" },
  },
  {
    name: "a quota that is used up",
    objects: (ground) => [
      object(ground, "v1", "ResourceQuota", { hard: { "requests.ephemeral-storage": "1Mi" } }),
      ...with1({ resources: { requests: { "ephemeral-storage": "2Mi" } } })(ground),
    ],
    rule: "quota",
    sentence:
      /The quota t-\S+ refuses another pod: it asks for 2Mi of requests\.ephemeral-storage, and 0 of 1Mi are used/,
    evidence: /exceeded quota/,
    action: { kind: "ask" },
  },
  {
    name: "a node that is not ready",
    objects: (ground) => [node(ground), ...onNode(ground)],
    statuses: (ground) => [
      {
        object: node(ground),
        status: {
          conditions: [{ type: "Ready", status: "False", reason: "KubeletNotReady", message: "PLEG is not healthy" }],
        },
      },
    ],
    rule: "node",
    sentence: /The node t-\S+ is not ready, with 1 pod of this service on it/,
    evidence: /PLEG is not healthy/,
    action: { kind: "ask" },
  },
  {
    name: "a node that runs short of memory",
    objects: (ground) => [node(ground), ...onNode(ground)],
    statuses: (ground) => [
      {
        object: node(ground),
        status: {
          conditions: [
            { type: "Ready", status: "True" },
            { type: "MemoryPressure", status: "True", reason: "KubeletHasInsufficientMemory" },
          ],
        },
      },
    ],
    rule: "node",
    sentence: /The node t-\S+ runs short of memory, with 1 pod of this service on it/,
    evidence: /KubeletHasInsufficientMemory/,
    action: { kind: "ask" },
  },
  {
    name: "a pod that writes more than its volume may hold",
    objects: (ground) => [
      deployment(ground, {
        containers: [own(ground, { ...FILLING, volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] })],
        volumes: [{ name: "scratch", emptyDir: { sizeLimit: "1Mi" } }],
      }),
    ],
    rule: "node",
    sentence: /The node \S+ has put t-\S+ out: Usage of EmptyDir volume "scratch" exceeds the limit "1Mi"\.$/,
    evidence: /Evicted: Usage of EmptyDir/,
    action: { kind: "settings", section: "storage", field: "volumes" },
  },
  {
    name: "a container that writes more than its limit",
    // It asks for none of what another fault's quota gives.
    objects: with1({
      ...FILLING,
      resources: { requests: { "ephemeral-storage": "0" }, limits: { "ephemeral-storage": "1Mi" } },
    }),
    rule: "node",
    sentence: /has put t-\S+ out: Pod ephemeral local storage usage exceeds the total limit of containers 1Mi\.$/,
    evidence: /Evicted: Pod ephemeral local storage usage/,
    action: { kind: "ask" },
  },
];
