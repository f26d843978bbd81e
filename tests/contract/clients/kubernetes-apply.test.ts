import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { startWorld, type World } from "#tests/world/sandbox";

const namespace = `kepler-apply-${randomUUID().slice(0, 8)}`;
let world: World<"kubernetes">;
let kubernetes: Kubernetes;
let other: Kubernetes;

beforeAll(async () => {
  world = await startWorld(["kubernetes"]);
  const { kubeconfig } = world.kubernetes;
  kubernetes = createKubernetes({ kubeconfig });
  other = createKubernetes({ kubeconfig, fieldManager: "somebody-else" });
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
});
afterAll(async () => {
  await kubernetes?.delete({ ...KINDS.namespace, name: namespace });
  kubernetes?.close();
  other?.close();
  await world?.stop();
});

const labels = { app: "whole" };
/** A Deployment without pods, with this in its template. */
const deployment = (podSpec: object, strategy?: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "whole", namespace },
  spec: { replicas: 0, strategy, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
});
const container = (name: string, more: object = {}) => ({ name, image: "127.0.0.1:1/none:1", ...more });
const probed = { tcpSocket: { port: 1 }, periodSeconds: 3 };

const applied = z.object({
  spec: z.object({
    strategy: z.unknown().optional(),
    template: z.object({
      spec: z.object({ containers: z.array(z.looseObject({ name: z.string() })), volumes: z.unknown().optional() }),
    }),
  }),
});
const specOf = (object: unknown) => applied.parse(object).spec;
const named = (object: unknown, name: string) =>
  specOf(object).template.spec.containers.find((each) => each.name === name);

it("takes away as a whole what an apply no longer names a part of, with the API's own defaults in it", async () => {
  const volumes = [{ name: "files", configMap: { name: "files" } }];
  const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } };
  const containers = [container("app", { readinessProbe: probed }), container("second")];
  await kubernetes.apply(deployment({ containers, volumes }, rolling));

  const exec = { exec: { command: ["true"] } };
  const second = deployment({ containers: [container("app", { readinessProbe: exec })] }, { type: "Recreate" });
  const next = await kubernetes.apply(second);
  expect(specOf(next).strategy).toEqual({ type: "Recreate" });
  expect(specOf(next).template.spec).not.toHaveProperty("volumes");
  expect(named(next, "second")).toBeUndefined();
  expect(named(next, "app")?.readinessProbe).not.toHaveProperty("tcpSocket");

  const bare = await kubernetes.apply(deployment({ containers: [container("app")] }));
  expect(named(bare, "app")).not.toHaveProperty("readinessProbe");
});

it("leaves what another manager named, beside what it takes away of its own", async () => {
  await kubernetes.apply(deployment({ containers: [container("app"), container("second")] }));
  const { apiVersion, kind, metadata } = deployment({});
  const theirs = container("theirs", { livenessProbe: probed });
  await other.apply({ apiVersion, kind, metadata, spec: { template: { spec: { containers: [theirs] } } } });
  const next = await kubernetes.apply(deployment({ containers: [container("app", { readinessProbe: probed })] }));
  expect(named(next, "theirs")).toMatchObject(theirs);
  expect(named(next, "second")).toBeUndefined();
});
