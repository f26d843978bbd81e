import { type ApplyObject } from "#lib/clients/kubernetes/client";
import { type Ground, STAYING } from "./fault-world.ts";

// What faults are made of: objects of one app that differ from those of one that is well.

type Container = Record<string, unknown>;
type PodSpec = Record<string, unknown>;

export const NOWHERE = `sha256:${"0".repeat(64)}`;
const SMALL = { requests: { cpu: "10m", memory: "32Mi" } };

export const own = ({ name, image }: Ground, more: Container = {}): Container => ({
  name,
  image,
  command: STAYING,
  resources: SMALL,
  ...more,
});
const template = (ground: Ground, spec: PodSpec) => ({
  metadata: { labels: ground.labels },
  spec: { terminationGracePeriodSeconds: 0, ...spec },
});
export const deployment = (ground: Ground, spec: PodSpec, more: Record<string, unknown> = {}): ApplyObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: ground.name, namespace: ground.namespace, labels: ground.labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: { "kepler.dev/app": ground.labels["kepler.dev/app"] } },
    template: template(ground, spec),
    ...more,
  },
});
/** A Deployment of one container that differs from one that is well in this. */
export const with1 = (more: Container) => (ground: Ground) => [deployment(ground, { containers: [own(ground, more)] })];
/** The same with a volume that it mounts. */
export const withVolume = (source: Record<string, unknown>) => (ground: Ground) => [
  deployment(ground, {
    containers: [own(ground, { volumeMounts: [{ name: "data", mountPath: "/data" }] })],
    volumes: [{ name: "data", ...source }],
  }),
];
export const withSpec = (more: PodSpec) => (ground: Ground) => [
  deployment(ground, { containers: [own(ground)], ...more }),
];
export const object = (
  ground: Ground,
  apiVersion: string,
  kind: string,
  spec: Record<string, unknown>,
): ApplyObject => ({
  apiVersion,
  kind,
  metadata: { name: ground.name, namespace: ground.namespace, labels: ground.labels },
  spec,
});
export const serving = (status: number) => [
  "node",
  "-e",
  `require("http").createServer((q,s)=>{s.statusCode=${status};s.end()}).listen(8080)`,
];
export const ended = (script: string) => ({ command: ["node", "-e", script] });
/** A node without a machine: nobody else is sent there, and nobody but us writes its status. */
export const node = ({ name }: Ground): ApplyObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name },
  spec: { unschedulable: true },
});
export const onNode = (ground: Ground) =>
  withSpec({ nodeName: ground.name, tolerations: [{ operator: "Exists" }] })(ground);
