import { afterAll, beforeAll, expect, test } from "vitest";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { abortRelease } from "#lib/releases/abort-release";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { getAppView, getReleaseView, listReleases } from "#lib/releases/queries";
import { reconcileRelease } from "#lib/releases/reconcile";
import { type ReleaseIntent } from "#lib/releases/schema";
import { CRASHING, ReleaseWorld, SETTINGS, serving } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

const db = () => world.database.db;
const reading = () => ({ db: db(), kubernetes: () => world.kubernetes, now: () => new Date() });
const podNames = async (appId: string) => {
  const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector: `kepler.dev/app=${appId}` });
  return items.filter((pod) => !pod.metadata.deletionTimestamp).map((pod) => pod.metadata.name);
};

test("a first release makes its namespace, runs its pods and is done when they are proven to run the digest", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, serving("v1"));
  const view = await world.drive(await world.request(app, { buildId: build.id }));
  expect(view).toMatchObject({ state: "done", number: 1, isCurrent: true, imageDigest: build.imageDigest });
  expect(view.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "check done",
    "apply done",
    "rollout done",
    "verify done",
  ]);
  expect(await podNames(app.id)).toHaveLength(2);
  const ledger = (await getAppView(app.id, db())).ledger;
  expect(ledger.every(({ state }) => state === "present")).toBe(true);
  expect(ledger.map(({ kind }) => kind)).toContain("apps/v1/Deployment");
});

test("scaling restarts nothing, and what the Spec no longer has is removed from cluster and ledger", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, serving("v1"));
  await world.drive(await world.request(app, { buildId: build.id }));
  const before = await podNames(app.id);
  expect(await world.live(KINDS.podDisruptionBudget, app.name)).not.toBeNull();

  const scaled = await world.drive(await world.request(app, { kind: "scale", settings: { ...SETTINGS, replicas: 1 } }));
  expect(scaled.state).toBe("done");
  expect(scaled.changes).toEqual([{ field: "replicas", before: "2", after: "1" }]);
  expect(before).toEqual(expect.arrayContaining(await podNames(app.id)));
  expect(await podNames(app.id)).toHaveLength(1);
  expect(await world.live(KINDS.podDisruptionBudget, app.name)).toBeNull();
  const budget = (await getAppView(app.id, db())).ledger.find(({ kind }) => kind.endsWith("PodDisruptionBudget"));
  expect(budget?.state).toBe("absent");
});

test("a crashing image fails with its exit code and log while the old pods keep serving; rolling back restores all", async () => {
  const app = await world.createApp({ env: [{ name: "LEVEL", value: "one" }] });
  const good = await world.createBuild(app, serving("v1"));
  await world.drive(await world.request(app, { buildId: good.id }));
  const serving1 = await podNames(app.id);

  const bad = await world.createBuild(app, CRASHING);
  const settings = { ...SETTINGS, env: [{ name: "LEVEL", value: "two" }] };
  const failed = await world.drive(await world.request(app, { buildId: bad.id, settings }));
  // Nobody asked for a rollback, so nothing follows by itself.
  expect(failed).toMatchObject({ state: "failed", next: null });
  expect(failed.error?.message).toContain("exit code 7");
  expect(failed.steps.find(({ name }) => name === "rollout")?.detail?.log).toContain("no database here");
  expect(await podNames(app.id)).toEqual(expect.arrayContaining(serving1));

  const place = { environmentId: world.environmentId, buildId: null, settings: null, restoresNumber: null };
  const wouldBe = (intent: Partial<ReleaseIntent> & Pick<ReleaseIntent, "kind">) =>
    previewRelease(app.id, { ...place, ...intent }, { signal: AbortSignal.timeout(10_000) }, reading());
  const way = await wouldBe({ kind: "rollback", restoresNumber: 1 });
  // What serves stays as it is; that something is taken back is not "nothing".
  expect(way).toMatchObject({ changes: [], takesBack: { number: 2 }, effect: { podsToRestart: 0 } });
  expect(way.takesBack?.changes).toContainEqual({ field: "env", before: "LEVEL=two", after: "LEVEL=one" });
  // Tried once more it takes nothing back.
  expect((await wouldBe({ kind: "deploy", buildId: bad.id, settings })).takesBack).toBeNull();

  const back = await world.drive(await world.request(app, { kind: "rollback", restoresNumber: 1 }));
  expect(back).toMatchObject({ state: "done", number: 3, restoresNumber: 1, imageDigest: good.imageDigest });
  expect(back.spec.env).toEqual([{ name: "LEVEL", value: "one" }]);
});

test("a newer release supersedes the one in flight, and both are in the list with their ends", async () => {
  const app = await world.createApp();
  const [first, second] = [await world.createBuild(app, serving("v1")), await world.createBuild(app, serving("v2"))];
  const early = await world.request(app, { buildId: first.id });
  await world.drive(early, ({ state }) => state === "rolling_out");
  const late = await world.drive(await world.request(app, { buildId: second.id }));
  expect(late.state).toBe("done");
  expect(await world.drive(early)).toMatchObject({ state: "superseded" });
  const { rows } = await listReleases(app.id, { page: 1, pageSize: 25 }, db());
  expect(rows.map(({ number, state }) => `${number} ${state}`)).toEqual(["2 done", "1 superseded"]);
});

test("an aborted release is followed by one that restores what ran before", async () => {
  const app = await world.createApp();
  const [good, other] = [await world.createBuild(app, serving("v1")), await world.createBuild(app, serving("v2"))];
  await world.drive(await world.request(app, { buildId: good.id }));
  const doomed = await world.request(app, { buildId: other.id });
  await world.drive(doomed, ({ state }) => state === "rolling_out");
  await abortRelease(doomed, world.deps);
  expect((await world.drive(doomed)).state).toBe("aborted");

  const restoring = await db().release.findFirstOrThrow({ where: { appId: app.id, number: 3 } });
  expect(restoring).toMatchObject({ kind: "rollback", reason: "Release 2 was aborted." });
  expect(await world.drive(restoring.id)).toMatchObject({ state: "done", imageDigest: good.imageDigest });
  await expect(abortRelease(doomed, world.deps)).rejects.toMatchObject({ code: "conflict" });
});

test("a release made against an old preview is refused, and the same request twice is one release", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, serving("v1"));
  const intent = { buildId: build.id, idempotencyKey: "the-same-key" };
  const first = await world.request(app, intent);
  expect(await world.request(app, intent)).toBe(first);
  await expect(world.request(app, { buildId: build.id, expectedCurrent: 7 })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("an image that the registry no longer has fails at the check, before anything is touched", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, serving("v1"));
  await db().build.update({ where: { id: build.id }, data: { imageDigest: `sha256:${"0".repeat(64)}` } });
  const view = await world.drive(await world.request(app, { buildId: build.id }));
  expect(view).toMatchObject({ state: "failed", error: { code: "not-found", system: "registry" } });
  expect(view.steps.map(({ state }) => state)).toEqual(["failed", "skipped", "skipped", "skipped"]);
  expect(await world.live(KINDS.deployment, app.name)).toBeNull();
});

test("an object of somebody else's is not taken over: the release fails and names the manager", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, serving("v1"));
  await world
    .drive(await world.request(await world.createApp(), { buildId: null }).catch(() => "none"))
    .catch(() => null);
  const { kubernetes } = world;
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kepler-dev" } }, { force: true });
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: app.name, namespace: "kepler-dev" } };
  const stranger = createKubernetes({ kubeconfig: world.world.kubernetes.kubeconfig, fieldManager: "stranger" });
  await stranger.apply({ ...service, spec: { ports: [{ name: "http", port: 8080, targetPort: 1234 }] } });
  stranger.close();
  const view = await world.drive(await world.request(app, { buildId: build.id }));
  expect(view).toMatchObject({ state: "failed", error: { code: "conflict" } });
  expect(view.error?.message).toContain("stranger");
});

test("a preview shows each object as the cluster would make it, changes nothing, and says what pods will do", async () => {
  const app = await world.createApp();
  const [one, two] = [await world.createBuild(app, serving("v1")), await world.createBuild(app, serving("v2"))];
  await world.drive(await world.request(app, { buildId: one.id }));
  const before = await world.live(KINDS.deployment, app.name);
  const intent = { environmentId: world.environmentId, kind: "deploy" as const, buildId: two.id };
  const preview = await previewRelease(
    app.id,
    { ...intent, settings: { ...SETTINGS, replicas: 3 }, restoresNumber: null },
    { signal: AbortSignal.timeout(10_000) },
    reading(),
  );
  expect(preview).toMatchObject({ nextNumber: 2, current: 1, blockers: [] });
  expect(preview.effect).toMatchObject({ podsToRestart: 2, podsToStart: 1, podsToStop: 0 });
  const actions = Object.fromEntries(preview.objects.map(({ kind, action }) => [kind, action]));
  expect(actions).toMatchObject({ Deployment: "update", Service: "unchanged", ServiceAccount: "unchanged" });
  expect(preview.objects.find(({ kind }) => kind === "Deployment")?.after).toContain(two.imageDigest);
  expect(await world.live(KINDS.deployment, app.name)).toEqual(before);

  const nothing = await previewRelease(
    app.id,
    { ...intent, kind: "configure", buildId: null, settings: null, restoresNumber: null },
    { signal: AbortSignal.timeout(10_000) },
    reading(),
  );
  expect(nothing.changes).toEqual([]);
  expect([...new Set(nothing.objects.map(({ action }) => action))]).toEqual(["unchanged"]);
});

test("a cluster that does not answer is waited for, not failed", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, serving("v1"));
  const id = await world.request(app, { buildId: build.id });
  const nobody = createKubernetes({
    kubeconfig: world.world.kubernetes.kubeconfig,
    fetch: () => Promise.reject(new TypeError("fetch failed")),
  });
  const clients = { ...world.deps.clients, kubernetes: () => nobody };
  const { signal } = new AbortController();
  await reconcileRelease({ ...world.deps, clients }, id, { signal });
  const waiting = await getReleaseView(id, db());
  expect(waiting).toMatchObject({ state: "pending", error: null });
  expect(waiting.steps[0]).toMatchObject({ state: "running", attempts: 1, error: { code: "unavailable" } });
  expect((await world.drive(id)).state).toBe("done");
});
