import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seePod } from "#lib/clusters/pod-rules";
import { recordObserved, seeRow } from "#lib/clusters/record-observed";
import { exportObjects } from "#lib/releases/export-objects";
import { deletePod, getPodDeletion, requestPodDeletion, unfinishedPodDeletions } from "#lib/releases/pods/delete-pod";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, serving } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

const db = () => world.database.db;
const signal = AbortSignal.timeout(120_000);

async function running(settings: Parameters<ReleaseWorld["createApp"]>[0] = {}) {
  const app = await world.createApp({ replicas: 1, ...settings });
  const build = await world.createBuild(app, serving("v1"));
  await world.drive(await world.request(app, { buildId: build.id }));
  return { app, build };
}

/** The app's live pods, written down as the watch would. */
async function observePods(appId: string) {
  const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector: `kepler.dev/app=${appId}` });
  const { clusterId } = await db().environment.findUniqueOrThrow({ where: { id: world.environmentId } });
  const heard = new Map(
    items.flatMap((pod) => {
      const seen = seeRow.pods(pod);
      return seen ? [[seen.key, seen.row] as const] : [];
    }),
  );
  await recordObserved(db(), "pods", clusterId, heard, { now: new Date() });
  return { clusterId, pods: items.flatMap((pod) => seePod(pod) ?? []) };
}

const deletionOf = (appId: string, uid: string) => getPodDeletion(appId, uid, db());

test("a deleted pod goes and its controller starts another, wherever a process is killed; asked again, nothing more goes", async () => {
  const { app } = await running();
  const { clusterId, pods } = await observePods(app.id);
  const [pod] = pods;
  if (!pod) throw new Error("no pod");
  const wish = { environmentId: world.environmentId, uid: pod.uid };
  expect(await requestPodDeletion(app.id, app.userId, wish, world.deps)).toEqual({ name: pod.name });
  // The wish and its job are one: the resync finds it, whoever lost the job.
  const key = `${clusterId}/${pod.uid}`;
  expect(await unfinishedPodDeletions({ db: db() })).toContain(key);
  expect(await deletionOf(app.id, pod.uid)).toEqual({ name: pod.name, ended: false, error: null });
  for (const point of ["before-effect", "after-effect"]) {
    const checkpoint = (name: string) =>
      name === `pod-deletion.${point}` ? Promise.reject(new Error("killed")) : Promise.resolve();
    await expect(deletePod({ ...world.deps, checkpoint }, key, { signal })).rejects.toThrow("killed");
    expect(await deletionOf(app.id, pod.uid)).toMatchObject({ ended: false });
  }
  expect(await deletePod(world.deps, key, { signal })).toBe("done");
  expect(await deletionOf(app.id, pod.uid)).toMatchObject({ ended: true, error: null });
  expect(await unfinishedPodDeletions({ db: db() })).not.toContain(key);
  const successor = await waitFor("another pod, ready", async () =>
    (await observePods(app.id)).pods.find((other) => other.uid !== pod.uid && other.ready),
  );
  expect(await deletePod(world.deps, key, { signal })).toBe("done");
  expect((await observePods(app.id)).pods.filter(({ terminating }) => !terminating)).toMatchObject([
    { uid: successor.uid },
  ]);
});

test("only the app's own pods in that environment can be deleted; a silent cluster is asked again, a refusal is said", async () => {
  const [{ app }, other] = [await running(), await world.createApp()];
  const { clusterId, pods } = await observePods(app.id);
  const uid = pods[0]?.uid ?? "";
  const { environmentId } = world;
  const elsewhere = (await db().environment.findUniqueOrThrow({ where: { name: "prod" } })).id;
  const notFound = { code: "not-found" };
  await expect(requestPodDeletion(other.id, app.userId, { environmentId, uid }, world.deps)).rejects.toMatchObject(
    notFound,
  );
  const there = { environmentId: elsewhere, uid };
  await expect(requestPodDeletion(app.id, app.userId, there, world.deps)).rejects.toMatchObject(notFound);
  await expect(deletionOf(app.id, uid)).rejects.toMatchObject(notFound);

  await requestPodDeletion(app.id, app.userId, { environmentId, uid }, world.deps);
  const through = (answer: (url: string, init?: RequestInit) => Promise<Response>) =>
    createKubernetes({ kubeconfig: world.world.kubernetes.kubeconfig, fetch: answer });
  const silent = through(() => Promise.reject(new TypeError("fetch failed")));
  const asked = { ...world.deps, clients: { kubernetes: () => silent } };
  expect(await deletePod(asked, `${clusterId}/${uid}`, { signal })).toHaveProperty("requeueAfterMs");
  expect(await deletionOf(app.id, uid)).toMatchObject({ ended: false });

  const message = "pods is forbidden: kepler cannot delete";
  const refusing = through((_, init) =>
    Promise.resolve(
      init?.method === "DELETE"
        ? Response.json({ kind: "Status", status: "Failure", reason: "Forbidden", code: 403, message }, { status: 403 })
        : Response.json({ apiVersion: "v1", kind: "Pod", metadata: { name: pods[0]?.name, uid } }),
    ),
  );
  const refused = { ...world.deps, clients: { kubernetes: () => refusing } };
  expect(await deletePod(refused, `${clusterId}/${uid}`, { signal })).toHaveProperty("terminal");
  expect(await deletionOf(app.id, uid)).toMatchObject({ ended: true, error: { code: "denied" } });
  // Once that is put right, the same pod can be asked for again.
  await requestPodDeletion(app.id, app.userId, { environmentId, uid }, world.deps);
  expect(await deletePod(world.deps, `${clusterId}/${uid}`, { signal })).toBe("done");
  expect(await deletionOf(app.id, uid)).toMatchObject({ ended: true, error: null });
  silent.close();
  refusing.close();
});

test("the exported YAML is what Kepler applied: a dry run of it changes nothing", async () => {
  const { app } = await running({ replicas: 2, files: [{ path: "/etc/app/a.conf", content: "a: 1\n", mode: "0444" }] });
  const { fileName, yaml } = await exportObjects(app.id, "dev", db());
  expect(fileName).toBe(`${app.name}-dev-1.yaml`);
  const objects = parseAllDocuments(yaml).map((document) => document.toJSON());
  expect(objects.map(({ kind }) => kind)).toEqual([
    "ServiceAccount",
    "ConfigMap",
    "Service",
    "Deployment",
    "PodDisruptionBudget",
  ]);
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    const kind = Object.values(KINDS).find((known) => known.kind === object.kind);
    if (!kind) throw new Error(object.kind);
    const live = await world.kubernetes.get({ ...kind, name, namespace });
    const tried = await world.kubernetes.apply(object, { dryRun: true });
    expect(tried.metadata.resourceVersion, object.kind).toBe(live?.metadata.resourceVersion);
  }
  await expect(exportObjects(app.id, "prod", db())).rejects.toMatchObject({ code: "not-found" });
});

test("a clone runs the same digest and settings in another environment, under that environment's hosts", async () => {
  const route = { path: "/", pathType: "prefix" as const, port: 8080 };
  const { app, build } = await running({
    env: [{ name: "LEVEL", value: "one" }],
    exposure: { gatewayClass: "ingress", routes: [{ ...route, host: "shop.dev.localhost" }] },
  });
  const target = await db().environment.findUniqueOrThrow({ where: { name: "test" } });
  const view = await world.drive(
    await world.request(app, { environmentId: target.id, cloneOf: world.environmentId, expectedCurrent: null }),
  );
  expect(view).toMatchObject({
    state: "done",
    environment: "test",
    number: 1,
    imageDigest: build.imageDigest,
    buildNumber: 1,
    spec: {
      env: [{ name: "LEVEL", value: "one" }],
      exposure: { routes: [{ host: "shop.test.localhost" }] },
    },
  });
  const nothing = { code: "invalid" };
  const prod = await db().environment.findUniqueOrThrow({ where: { name: "prod" } });
  await expect(world.request(app, { environmentId: target.id, cloneOf: prod.id })).rejects.toMatchObject(nothing);
  await expect(world.request(app, { cloneOf: world.environmentId })).rejects.toMatchObject(nothing);
});
