import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seeRow } from "#lib/clusters/record-observed";
import { findDrift } from "#lib/releases/drift/find-drift";
import { type ForeignField } from "#lib/releases/drift/schema";
import { objectYaml } from "#lib/releases/object-yaml";
import { valueAt } from "#lib/releases/ownership-rules";
import { ReleaseWorld, SETTINGS, serving } from "./release-world.ts";

let world: ReleaseWorld;
let kubectl: Kubernetes;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  kubectl = createKubernetes({ kubeconfig: world.world.kubernetes.kubeconfig, fieldManager: "kubectl" });
});
afterAll(async () => {
  kubectl.close();
  await world.stop();
});

const containers = z.array(z.record(z.string(), z.unknown()));
type App = Awaited<ReturnType<ReleaseWorld["createApp"]>>;
const ENV = [
  { name: "A", value: "1" },
  { name: "B", value: "2" },
];
const deploymentOf = (app: App) => ({ ...KINDS.deployment, namespace: "kepler-dev", name: app.name });
const live = (app: App) => world.live(KINDS.deployment, app.name);
const containerOf = (app: App) => `.spec.template.spec.containers[name="${app.name}"]`;

async function released(): Promise<App> {
  const app = await world.createApp({ replicas: 1, env: ENV });
  const build = await world.createBuild(app, serving("v1"));
  expect((await world.drive(await world.request(app, { buildId: build.id }))).state).toBe("done");
  return app;
}
const drift = (app: App) =>
  findDrift(
    app.id,
    "dev",
    { signal: AbortSignal.timeout(20_000) },
    { ...world.deps, kubernetes: () => world.kubernetes },
  );
const words = (fields: ForeignField[]) =>
  fields.map(({ manager, change: { field, before, after } }) => `${manager}: ${field} ${before} → ${after}`);
const ownership = async (app: App) => seeRow.workloads(await live(app))?.row.ownership;

/** The desired part of the Deployment as people read it, without the numbers that say which release wrote it. */
const standing = async (app: App) => {
  const object = await live(app);
  return object && objectYaml(object).replaceAll(/kepler\.dev\/release: "\d+"/g, "");
};

test("nothing drifts by itself: not after a release, nor by labels, containers and replicas that are not Kepler's", async () => {
  const app = await released();
  expect(await drift(app)).toMatchObject({ release: 1, fields: [], missing: [] });
  const before = await ownership(app);
  await kubectl.mergePatch(deploymentOf(app), { metadata: { annotations: { team: "red" } } });
  expect(await drift(app)).toMatchObject({ fields: [], missing: [] });
  expect(await ownership(app)).not.toBe(before);
});

test("fields changed and taken away by hand are named with who and when, and what is missing too", async () => {
  const app = await released();
  const unchanged = await ownership(app);
  await kubectl.mergePatch(deploymentOf(app), { spec: { replicas: 2 } }, { subresource: "scale" });
  expect(await ownership(app)).not.toBe(unchanged);
  const [container] = containers.parse(valueAt(await live(app), ".spec.template.spec.containers"));
  const env = [{ name: "A", value: "changed" }];
  await kubectl.mergePatch(deploymentOf(app), {
    spec: { template: { spec: { containers: [{ ...container, env }] } } },
  });
  await kubectl.delete({ ...KINDS.service, namespace: "kepler-dev", name: app.name });
  const found = await drift(app);
  expect(words(found.fields).sort()).toEqual([
    "kubectl: env A=1 → A=changed",
    "kubectl: replicas 1 → 2",
    "null: env B=2 → null",
  ]);
  expect(found.missing).toEqual([{ kind: "v1/Service", name: app.name }]);
});

test("a release that failed before it touched anything leaves the comparison as it was, one that failed half-way ends it", async () => {
  const app = await released();
  const build = await world.createBuild(app, serving("v2"));
  const { db } = world.database;
  await db.build.update({ where: { id: build.id }, data: { imageDigest: `sha256:${"0".repeat(64)}` } });
  const failed = await world.drive(await world.request(app, { buildId: build.id }));
  expect(failed.state).toBe("failed");
  expect(await drift(app)).toMatchObject({ release: 1 });
  const applying = { releaseId: failed.id, name: "apply" };
  await db.releaseStep.updateMany({ where: applying, data: { state: "failed" } });
  expect(await drift(app)).toMatchObject({ release: null, fields: [] });
});

test("kept, the Spec has it and nothing drifts; undone, the cluster is as before", async () => {
  const app = await released();
  const before = await standing(app);
  const byHand = () => kubectl.mergePatch(deploymentOf(app), { spec: { minReadySeconds: 4 } });
  await byHand();
  const takeOver = (await drift(app)).fields.map((field) => ({ ...field, manager: field.manager ?? "" }));
  const undone = await world.drive(await world.request(app, { kind: "configure", takeOver }));
  expect(undone.state).toBe("done");
  expect(await standing(app)).toBe(before);
  expect((await drift(app)).fields).toEqual([]);

  await byHand();
  const keep = (await drift(app)).fields;
  const kept = await world.drive(await world.request(app, { kind: "configure", keep }));
  expect(kept).toMatchObject({ state: "done", spec: { strategy: { minReadySeconds: 4 } } });
  expect((await drift(app)).fields).toEqual([]);
});

const KUBECTL = "/usr/bin/kubectl";
test.skipIf(!existsSync(KUBECTL))("what a stock kubectl adds survives every kind of change", async () => {
  const app = await released();
  const { kubeconfig } = world.world.kubernetes;
  const run = (...args: string[]) =>
    promisify(execFile)(KUBECTL, ["--kubeconfig", kubeconfig, "-n", "kepler-dev", ...args]);
  await run("label", "deployment", app.name, "team=red");
  await run("annotate", "service", app.name, "example.com/contact=lin");
  await run("set", "env", `deployment/${app.name}`, "ADDED_BY_HAND=yes");
  const survives = async () => {
    const deployment = await live(app);
    const service = await world.live(KINDS.service, app.name);
    expect(deployment?.metadata.labels?.team).toBe("red");
    expect(service?.metadata.annotations?.["example.com/contact"]).toBe("lin");
    expect(valueAt(deployment, `${containerOf(app)}.env[name="ADDED_BY_HAND"].value`)).toBe("yes");
  };
  await survives();
  const two = await world.createBuild(app, serving("v2"));
  const settings = { ...SETTINGS, env: ENV };
  const changes = [
    { kind: "deploy" as const, buildId: two.id },
    { kind: "scale" as const, settings: { ...settings, replicas: 2 } },
    { kind: "configure" as const, settings: { ...settings, replicas: 2, env: [{ name: "C", value: "3" }] } },
    { kind: "rollback" as const, restoresNumber: 1 },
  ];
  for (const change of changes) {
    const view = await world.drive(await world.request(app, change));
    expect(`${change.kind} ${view.state} ${view.error?.message ?? ""}`).toBe(`${change.kind} done `);
    await survives();
  }
});
