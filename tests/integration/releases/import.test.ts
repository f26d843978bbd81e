import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { getUsage } from "#lib/clusters/get-usage";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { ownContainerOf } from "#lib/logs/own-container";
import { Denied } from "#lib/platform/errors";
import { abortRelease } from "#lib/releases/abort-release";
import { confirmRelease } from "#lib/releases/confirm-release";
import { exportObjects } from "#lib/releases/export-objects";
import { createImport } from "#lib/releases/import/create-import";
import { listImports } from "#lib/releases/import/list-imports";
import { previewImport } from "#lib/releases/import/preview-import";
import { ownersOf, valueAt } from "#lib/releases/ownership-rules";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { reconcileRelease } from "#lib/releases/reconcile";
import { type ReleaseIntent } from "#lib/releases/schema";
import { makeDeployment } from "#tests/world/found-deployment";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, serving } from "./release-world.ts";

let world: ReleaseWorld;
/** Somebody at a terminal, long before Kepler. */
let kubectl: Kubernetes;
let teamId: string;
let userId: string;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  const { kubeconfig } = world.world.kubernetes;
  kubectl = createKubernetes({ kubeconfig, fieldManager: "kubectl" });
  await kubectl.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kepler-dev" } });
  const team = await world.database.db.team.create({ data: { slug: "importers", name: "Importers" } });
  const user = await world.database.db.user.create({ data: { username: "omar", name: "Omar" } });
  [teamId, userId] = [team.id, user.id];
});
afterAll(async () => {
  kubectl?.close();
  await world?.stop();
});

const db = () => world.database.db;
const call = () => ({ signal: AbortSignal.timeout(60_000) });
const deps = () => ({ ...world.deps, kubernetes: () => world.kubernetes });
const deployment = (name: string) => ({ ...KINDS.deployment, namespace: "kepler-dev", name });
const live = (name: string) => kubectl.get(deployment(name));
const podsOf = async (name: string) => {
  const { items } = await kubectl.list(KINDS.pod, "kepler-dev", { labelSelector: `app=${name}` });
  return items.filter(({ metadata }) => !metadata.deletionTimestamp);
};
const uids = async (name: string) => (await podsOf(name)).map(({ metadata }) => metadata.uid).sort();

const running = (change: { replicas?: number; labels?: Record<string, string> } = {}) =>
  makeDeployment(world.world, { cmd: serving("v1"), ...change });

const place = () => ({ teamId, environmentId: world.environmentId });
async function asked(name: string) {
  const { fingerprint } = await previewImport({ ...place(), name }, call(), deps());
  return { ...place(), name, fingerprint, reason: "Taken in.", idempotencyKey: randomUUID() };
}
const imports = (input: Awaited<ReturnType<typeof asked>>) =>
  createImport({ ...deps(), registryUrl: world.world.registry.url }, userId, input, call());
async function imported(name: string) {
  const created = await imports(await asked(name));
  return { ...created, id: created.appId, userId, view: await world.drive(created.releaseId) };
}
const intentOf = (intent: Partial<ReleaseIntent>): ReleaseIntent => ({
  environmentId: world.environmentId,
  kind: "configure",
  buildId: null,
  settings: null,
  restoresNumber: null,
  ...intent,
});
const changes = (object: unknown) => ({
  spec: valueAt(object, ".spec"),
  annotations: valueAt(object, ".metadata.annotations"),
});

test("a running Deployment becomes a service in place: no pod restarts, nothing is made twice, and others' fields stay", async () => {
  const name = await running();
  const [before, pods] = [await live(name), await uids(name)];
  expect((await listImports(world.environmentId, call(), deps())).rows).toContainEqual(
    expect.objectContaining({ name, kind: "Deployment", ready: 2, wanted: 2, refusal: null }),
  );

  const preview = await previewImport({ ...place(), name }, call(), deps());
  expect(preview).toMatchObject({
    blockers: [],
    left: expect.arrayContaining(['.spec.template.spec.containers[name="web"].env[name="WHERE"]']),
    later: { kind: "Deployment", action: "update" },
  });
  expect(preview.objects.map(({ kind, action }) => `${action} ${kind}`)).toEqual([
    "create Service",
    "update Deployment",
    "create PodDisruptionBudget",
  ]);
  expect(preview.reading).toContainEqual({ field: "env", before: null, after: "MODE=old" });
  expect(await live(name)).toEqual(before);

  const { view, id } = await imported(name);
  expect(view).toMatchObject({ state: "done", kind: "import", number: 1, wanted: 2, running: 2, version: "1.0" });
  const after = await live(name);
  expect(await uids(name)).toEqual(pods);
  expect(after?.metadata.uid).toBe(before?.metadata.uid);
  expect(after?.metadata.generation).toBe(before?.metadata.generation);
  expect(changes(after)).toEqual(changes(before));
  expect(after?.metadata.labels).toMatchObject({ app: name, "kepler.dev/app": id });
  const known = await db().ledgerEntry.findMany({ where: { appId: id, kind: "apps/v1/Deployment" } });
  expect(known).toMatchObject([{ key: `kepler-dev/${name}`, state: "present" }]);
  expect(await ownContainerOf(db(), { id, name }, "dev")).toBe("web");
  // Its pods carry no label of Kepler's, and are the service's all the same.
  expect(await db().observedPod.count({ where: { appId: id } })).toBe(2);
  const usage = () => getUsage({ id, name }, "dev", call(), { db: db(), kubernetes: () => world.kubernetes });
  await waitFor("both to be measured", async () => (await usage()).highest?.pods === 2, 60_000);
  expect((await listImports(world.environmentId, call(), deps())).rows.map((row) => row.name)).not.toContain(name);
  expect((await exportObjects(id, "dev", db())).yaml).toContain("MODE");
});

test("scaling an imported service restarts nothing; a change of its settings does, by what people decide, and goes back again", async () => {
  const name = await running({ replicas: 1 });
  const pods = await uids(name);
  const app = await imported(name);
  const scaled = await world.drive(await world.request(app, { kind: "scale", replicas: 2, expectedCurrent: 1 }));
  expect(scaled).toMatchObject({ state: "done", running: 2 });
  expect(await uids(name)).toEqual(expect.arrayContaining(pods));

  const { image: _, ...settings } = scaled.spec;
  const wanted = { settings: { ...settings, env: [{ name: "MODE", value: "new" }] } };
  const preview = await previewRelease(app.id, intentOf(wanted), call(), deps());
  const takeOver = preview.conflicts.map((field) => ({ ...field, manager: field.manager ?? "" }));
  expect(takeOver.map(({ field }) => field)).toEqual(
    expect.arrayContaining([expect.stringContaining('env[name="MODE"]')]),
  );
  const { releaseId } = await confirmRelease(
    app.id,
    userId,
    { ...intentOf({ ...wanted, takeOver }), reason: null, expectedCurrent: 2, idempotencyKey: randomUUID() },
    call(),
    deps(),
  );
  expect(await world.drive(releaseId)).toMatchObject({ state: "done" });
  const changed = await live(name);
  expect(JSON.stringify(valueAt(changed, ".spec.template.spec.containers"))).toContain("metadata.namespace");
  expect(valueAt(changed, ".metadata.annotations.owner")).toBe("omar");
  const labels = (await podsOf(name)).map(({ metadata }) => metadata.labels);
  expect(labels).toEqual(Array(2).fill(expect.objectContaining({ app: name, "kepler.dev/release": "3" })));

  const back = await world.drive(await world.request(app, { kind: "rollback", restoresNumber: 1 }));
  expect(back).toMatchObject({ state: "done", wanted: 1, spec: { env: [{ name: "MODE", value: "old" }] } });
});

/** Drives a release until it comes to this point, where its process ends; false if it never does. */
async function killedAt(releaseId: string, wanted: string): Promise<boolean> {
  const checkpoint = async (point: string) => {
    if (point === wanted) throw new Error("killed");
  };
  try {
    while ((await reconcileRelease({ ...world.deps, checkpoint }, releaseId, call())) !== "done");
    return false;
  } catch (error) {
    if (error instanceof Error && error.message === "killed") return true;
    throw error;
  }
}

test("killed at its effect, an import goes on from there; asked for twice, there is one service", async () => {
  const name = await running({ replicas: 1 });
  const pods = await uids(name);
  const input = await asked(name);
  const [first, second] = await Promise.all([imports(input), imports(input)]);
  expect(second).toEqual(first);
  expect(await killedAt(first.releaseId, "release.apply.Deployment.after-effect")).toBe(true);
  const planned = await db().ledgerEntry.findMany({ where: { appId: first.appId, kind: "apps/v1/Deployment" } });
  expect(planned).toMatchObject([{ state: "planned" }]);
  expect(await world.drive(first.releaseId)).toMatchObject({ state: "done", running: 1 });
  expect(await uids(name)).toEqual(pods);
});

test("an import that is aborted, and killed at every effect of that, leaves everything as it was found: labels, fields, pods", async () => {
  const name = await running();
  const [before, pods] = [await live(name), await uids(name)];
  const created = await imports(await asked(name));
  await world.drive(created.releaseId, ({ steps }) => steps[1]?.state === "done");
  expect((await live(name))?.metadata.labels).toHaveProperty(["kepler.dev/app"]);
  await abortRelease(created.releaseId, world.deps);
  for (const effect of ["remove", "let-go"])
    for (const side of ["before", "after"])
      expect(await killedAt(created.releaseId, `release.give-back.${effect}.${side}-effect`)).toBe(true);
  expect(await world.drive(created.releaseId)).toMatchObject({ state: "aborted" });
  const after = await live(name);
  expect(changes(after)).toEqual(changes(before));
  expect(after?.metadata.labels).toEqual(before?.metadata.labels);
  expect(ownersOf(after).map(({ manager }) => manager)).not.toContain("kepler");
  expect(await uids(name)).toEqual(pods);
  expect(await kubectl.get({ ...KINDS.service, namespace: "kepler-dev", name })).toBeNull();
  // And can be tried again, as the same service.
  const again = await world.request({ id: created.appId, userId }, { kind: "configure", expectedCurrent: null });
  expect(await world.drive(again)).toMatchObject({ state: "done", number: 2, running: 2 });
  expect(await uids(name)).toEqual(pods);
});

test("a later release that fails takes nothing of an imported service away, though its pods are as they were found", async () => {
  const name = await running({ replicas: 1 });
  const pods = await uids(name);
  const app = await imported(name);
  const scale = await world.request(app, { kind: "scale", replicas: 2, expectedCurrent: 1 });
  await world.drive(scale, ({ steps }) => steps[1]?.state === "done");
  const list = () => Promise.reject(new Denied("Pods may not be listed.", { system: "kubernetes" }));
  const clients = { ...world.deps.clients, kubernetes: () => ({ ...world.kubernetes, list }) };
  expect(await reconcileRelease({ ...world.deps, clients }, scale, call())).toBe("done");
  expect(await db().release.findUnique({ where: { id: scale } })).toMatchObject({ state: "failed" });
  expect((await live(name))?.metadata.labels).toMatchObject({ "kepler.dev/app": app.id });
  expect(valueAt(await live(name), ".spec.replicas")).toBe(2);
  expect(await kubectl.get({ ...KINDS.service, namespace: "kepler-dev", name })).not.toBeNull();
  expect(await uids(name)).toEqual(expect.arrayContaining(pods));
  const away = await db().ledgerEntry.count({ where: { appId: app.id, state: "absent" } });
  expect(away).toBe(0);
});

test("what changed since the preview, and what Helm keeps, is refused, and nothing is written", async () => {
  const [name, helm] = [
    await running({ replicas: 1 }),
    await running({ replicas: 1, labels: { "app.kubernetes.io/managed-by": "Helm" } }),
  ];
  const rows = (await listImports(world.environmentId, call(), deps())).rows;
  expect(rows.find((row) => row.name === helm)?.refusal?.message).toContain("managed by Helm");
  await expect(previewImport({ ...place(), name: helm }, call(), deps())).rejects.toMatchObject({ code: "conflict" });

  const input = await asked(name);
  await kubectl.mergePatch(deployment(name), { spec: { replicas: 2 } }, { subresource: "scale" });
  await waitFor("two pods", async () => seeWorkload(await live(name))?.available === 2, 60_000);
  await expect(imports(input)).rejects.toMatchObject({ message: `${name} has changed since it was looked at.` });

  expect(await db().app.count({ where: { name: { in: [name, helm] } } })).toBe(0);
  expect((await live(name))?.metadata.labels).not.toHaveProperty(["kepler.dev/app"]);
});
