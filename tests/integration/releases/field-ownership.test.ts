import { afterAll, beforeAll, expect, test } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { confirmRelease } from "#lib/releases/confirm-release";
import { valueAt } from "#lib/releases/ownership-rules";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { type ReleaseIntent, type ReleasePreview } from "#lib/releases/schema";
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

type App = Awaited<ReturnType<ReleaseWorld["createApp"]>>;
const deploymentOf = (app: App) => ({ ...KINDS.deployment, namespace: "kepler-dev", name: app.name });
const at = async (app: App, path: string) => valueAt(await world.live(KINDS.deployment, app.name), path);
const call = () => ({ signal: AbortSignal.timeout(20_000) });

/** A service that runs its first release of one pod. */
async function released(settings = {}): Promise<App> {
  const app = await world.createApp({ replicas: 1, ...settings });
  const build = await world.createBuild(app, serving("v1"));
  expect((await world.drive(await world.request(app, { buildId: build.id }))).state).toBe("done");
  return app;
}
const intentOf = (intent: Partial<ReleaseIntent> = {}): ReleaseIntent => ({
  environmentId: world.environmentId,
  kind: "configure",
  buildId: null,
  settings: null,
  restoresNumber: null,
  ...intent,
});
const preview = (app: App, intent: Partial<ReleaseIntent> = {}): Promise<ReleasePreview> =>
  previewRelease(app.id, intentOf(intent), call(), { ...world.deps, kubernetes: () => world.kubernetes });
const confirm = (app: App, intent: Partial<ReleaseIntent> = {}) =>
  confirmRelease(
    app.id,
    app.userId,
    { ...intentOf(intent), reason: null, expectedCurrent: 1, idempotencyKey: crypto.randomUUID() },
    call(),
    { ...world.deps, kubernetes: () => world.kubernetes },
  );
const scaleByHand = (app: App, replicas: number) =>
  kubectl.mergePatch(deploymentOf(app), { spec: { replicas } }, { subresource: "scale" });
const setting = (env: { name: string; value: string }[]) => ({ settings: { ...SETTINGS, replicas: 1, env } });

test("a change by hand is shown with who, when, from what to what, and stands in the way until somebody decides", async () => {
  const app = await released();
  await scaleByHand(app, 2);
  const seen = await preview(app, setting([{ name: "A", value: "1" }]));
  expect(seen.conflicts).toMatchObject([
    {
      kind: "apps/v1/Deployment",
      name: app.name,
      field: ".spec.replicas",
      change: { field: "replicas", before: "1", after: "2" },
      manager: "kubectl",
      value: 2,
      whyNotKeep: null,
      decision: "open",
    },
  ]);
  expect(Date.now() - Date.parse(seen.conflicts[0]?.at ?? "")).toBeLessThan(60_000);
  expect(seen.blockers).toMatchObject([
    { gate: "conflict", message: expect.stringContaining("kubectl changed replicas from 1 to 2") },
  ]);
  // The words are about what Kepler had applied, not about what this release would like.
  const scaled = await preview(app, { kind: "scale", settings: { ...SETTINGS, replicas: 7 } });
  expect(scaled.conflicts).toMatchObject([{ change: { field: "replicas", before: "1", after: "2" } }]);
  await expect(confirm(app, setting([{ name: "A", value: "1" }]))).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("kubectl changed replicas from 1 to 2"),
  });
});

test("taken over, exactly that field is forced and the release says so", async () => {
  const app = await released();
  await scaleByHand(app, 2);
  const [conflict] = (await preview(app)).conflicts;
  const takeOver = conflict ? [{ ...conflict, manager: conflict.manager ?? "" }] : [];
  expect(await preview(app, { takeOver })).toMatchObject({ blockers: [], conflicts: [{ decision: "take-over" }] });
  const { releaseId } = await confirm(app, { takeOver });
  const view = await world.drive(releaseId);
  expect(view).toMatchObject({ state: "done", takeOver: [{ field: ".spec.replicas", manager: "kubectl" }] });
  expect(await at(app, ".spec.replicas")).toBe(1);
});

test("kept, the value becomes the Spec's own, and later releases change it without asking again", async () => {
  const app = await released();
  await scaleByHand(app, 2);
  const keep = (await preview(app)).conflicts;
  const seen = await preview(app, { keep });
  expect(seen).toMatchObject({
    blockers: [],
    changes: [{ field: "replicas", before: "1", after: "2" }],
    conflicts: [{ decision: "keep", manager: "kubectl", change: { field: "replicas", before: "1", after: "2" } }],
  });
  const { releaseId } = await confirm(app, { keep });
  expect(await world.drive(releaseId)).toMatchObject({ state: "done", spec: { replicas: 2 } });
  const next = await preview(app, { kind: "scale", settings: { ...SETTINGS, replicas: 3 } });
  expect(next).toMatchObject({ conflicts: [], blockers: [] });
  const scaled = await world.drive(await world.request(app, { settings: { ...SETTINGS, replicas: 3 } }));
  expect(scaled.state).toBe("done");
  expect(await at(app, ".spec.replicas")).toBe(3);
});

test("what was to be kept and has changed again is asked about again", async () => {
  const app = await released();
  await scaleByHand(app, 2);
  const keep = (await preview(app)).conflicts;
  await scaleByHand(app, 4);
  await expect(confirm(app, { keep })).rejects.toMatchObject({ code: "conflict" });
});

test("a release that nobody previewed stops before it touches anything, and names the change and the way on", async () => {
  const app = await released();
  await scaleByHand(app, 2);
  const build = await world.createBuild(app, serving("v2"));
  const before = await world.live(KINDS.deployment, app.name);
  const view = await world.drive(await world.request(app, { buildId: build.id }));
  expect(view).toMatchObject({ state: "failed", error: { code: "conflict" } });
  expect(view.error?.message).toContain("kubectl changed replicas from 1 to 2");
  expect(view.error?.next).toContain("Keep or undo the change");
  expect(view.steps.map(({ state }) => state)).toEqual(["failed", "skipped", "skipped", "skipped"]);
  expect(valueAt(await world.live(KINDS.deployment, app.name), ".spec")).toEqual(valueAt(before, ".spec"));
});

test("a take-over covers what its manager had done by then, not what it does later", async () => {
  const app = await released();
  await scaleByHand(app, 2);
  const [conflict] = (await preview(app)).conflicts;
  const longAgo = { ...conflict, at: "2020-01-01T00:00:00.000Z" };
  const takeOver = conflict ? [{ ...conflict, ...longAgo, manager: "kubectl" }] : [];
  expect((await preview(app, { takeOver })).conflicts).toMatchObject([{ decision: "open" }]);
  const view = await world.drive(await world.request(app, { kind: "configure", takeOver }));
  expect(view).toMatchObject({ state: "failed", error: { code: "conflict" } });
  expect(await at(app, ".spec.replicas")).toBe(2);
});

test("a quota that the release would exceed refuses it in words with numbers, as preview showed", async () => {
  const app = await released();
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "small-team", namespace: "kepler-dev" },
    spec: { hard: { pods: "20", "requests.memory": "64Gi" } },
  };
  await kubectl.apply(quota);
  try {
    const used = async () => {
      const { items } = await world.kubernetes.list(KINDS.resourceQuota, "kepler-dev");
      return valueAt(items[0], ".status.used.pods");
    };
    await expect.poll(used, { timeout: 10_000 }).toBeDefined();
    const settings = { ...SETTINGS, replicas: 40 };
    const { blockers } = await preview(app, { kind: "scale", settings });
    expect(blockers.map(({ message }) => message)).toEqual([
      `The quota small-team allows 20 of pods: ${String(await used())} in use, 39 more needed.`,
    ]);
    await expect(confirm(app, { kind: "scale", settings })).rejects.toMatchObject({ message: blockers[0]?.message });
    expect((await preview(app, { kind: "scale", settings: { ...settings, replicas: 2 } })).blockers).toEqual([]);
  } finally {
    await kubectl.delete({ ...KINDS.resourceQuota, namespace: "kepler-dev", name: "small-team" });
  }
});

test("an image by hand can be kept by its digest only", async () => {
  const app = await released();
  const container = async (image: string) =>
    kubectl.apply(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: app.name, namespace: "kepler-dev" },
        spec: { template: { spec: { containers: [{ name: app.name, image }] } } },
      },
      { force: true },
    );
  const build = await world.createBuild(app, serving("v2"));
  await container(`${build.imageRepository}:${build.imageTag}`);
  expect((await preview(app)).conflicts).toMatchObject([{ whyNotKeep: "no-digest" }]);
  await container(`${build.imageRepository}@${build.imageDigest}`);
  const keep = (await preview(app)).conflicts;
  expect(keep).toMatchObject([{ whyNotKeep: null, change: { field: "image.digest" } }]);
  const { releaseId } = await confirm(app, { keep });
  expect(await world.drive(releaseId)).toMatchObject({ state: "done", imageDigest: build.imageDigest });
});
