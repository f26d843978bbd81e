import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { createBulk } from "#lib/releases/bulk/create-bulk";
import { previewBulk } from "#lib/releases/bulk/preview-bulk";
import { getBulkView } from "#lib/releases/bulk/queries";
import { type CreateBulkInput } from "#lib/releases/bulk/schema";
import { unfinishedBulks, workOffBulk } from "#lib/releases/bulk/work-off-bulk";
import { ReleaseWorld, serving } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

const db = () => world.database.db;
const signal = AbortSignal.timeout(120_000);
type App = Awaited<ReturnType<ReleaseWorld["createApp"]>> & { teamId: string };

async function created(): Promise<App> {
  const app = await world.createApp({ replicas: 1 });
  const { teamId } = await db().app.findUniqueOrThrow({ where: { id: app.id }, select: { teamId: true } });
  return { ...app, teamId };
}
async function running(): Promise<App> {
  const app = await created();
  const build = await world.createBuild(app, serving("v1"));
  await world.drive(await world.request(app, { buildId: build.id }));
  return app;
}
const member = (who: App, roles: Record<string, "viewer" | "developer">) => ({
  id: who.userId,
  isAdmin: false,
  memberships: Object.entries(roles).map(([teamId, role]) => ({ teamId, role })),
});
const wish = (apps: App[], change: Partial<CreateBulkInput> = {}): CreateBulkInput => ({
  environmentId: world.environmentId,
  appIds: apps.map(({ id }) => id),
  kind: "restart",
  replicas: null,
  reason: "New certificates",
  idempotencyKey: randomUUID(),
  ...change,
});

test("each service of a selection gets a release of its own; who may not, or has nothing there, is told why", async () => {
  const [first, second, foreign, idle] = [await running(), await running(), await running(), await created()];
  const writer = { [first.teamId]: "developer", [second.teamId]: "developer", [idle.teamId]: "developer" } as const;
  const actor = member(first, { ...writer, [foreign.teamId]: "viewer" });
  const input = wish([first, second, foreign, idle]);
  const { bulkId } = await createBulk(actor, input, world.deps);
  expect(await createBulk(actor, input, world.deps)).toEqual({ bulkId });
  expect(await unfinishedBulks(world.deps)).toEqual([bulkId]);
  expect(await workOffBulk(world.deps, bulkId, { signal })).toBe("done");
  expect(await unfinishedBulks(world.deps)).toEqual([]);

  const view = await getBulkView(bulkId, actor, db());
  expect(view).toMatchObject({ kind: "restart", environment: "dev" });
  expect(view.items).toMatchObject([
    { app: first.name, release: { number: 2, state: "pending" }, error: null },
    { app: second.name, release: { number: 2, state: "pending" }, error: null },
    { app: foreign.name, release: null, error: { code: "denied" } },
    { app: idle.name, release: null, error: { code: "not-found", message: "Nothing runs there." } },
  ]);
  const releaseId = view.items[0]?.release?.id ?? "";
  const done = await world.drive(releaseId);
  expect(done).toMatchObject({ state: "done", kind: "restart", requestedBy: "Lin", reason: "New certificates" });
  expect((await getBulkView(bulkId, actor, db())).items[0]?.release?.state).toBe("done");
  await expect(getBulkView(bulkId, member(second, {}), db())).rejects.toMatchObject({ code: "not-found" });
});

test("services are switched into the mesh together, after the preview that each would have alone", async () => {
  const [first, foreign, idle] = [await running(), await running(), await created()];
  const roles = { [first.teamId]: "developer", [idle.teamId]: "developer", [foreign.teamId]: "viewer" } as const;
  const actor = member(first, roles);
  const asked = { environmentId: world.environmentId, appIds: [first, foreign, idle].map(({ id }) => id) };
  const deps = { db: db(), kubernetes: () => world.kubernetes, now: () => new Date() };
  const label = (value: string | null) =>
    world.kubernetes.mergePatch(
      { ...KINDS.namespace, name: "kepler-dev" },
      { metadata: { labels: { "istio-injection": value } } },
    );
  await label("disabled");
  const opposed = await previewBulk(actor, { ...asked, meshMode: "mesh" }, { signal }, db(), deps);
  await label(null);
  expect(opposed.items[0]?.error?.message).toMatch(/^The namespace kepler-dev is kept out of the mesh/);
  expect(await previewBulk(actor, { ...asked, meshMode: "mesh" }, { signal }, db(), deps)).toMatchObject({
    items: [
      { app: first.name, error: null, podsToRestart: 1, mesh: { proxy: { isNative: true } } },
      { app: foreign.name, error: { code: "denied" } },
      { app: idle.name, error: { message: "Nothing runs there." } },
    ],
  });

  const change = { kind: "configure" as const, meshMode: "mesh" as const };
  const { bulkId } = await createBulk(actor, wish([first], change), world.deps);
  await workOffBulk(world.deps, bulkId, { signal });
  const view = await getBulkView(bulkId, actor, db());
  expect(view).toMatchObject({ kind: "configure", meshMode: "mesh" });
  expect((await world.drive(view.items[0]?.release?.id ?? "")).spec.meshMode).toBe("mesh");
  const again = await previewBulk(actor, { ...asked, appIds: [first.id], meshMode: "mesh" }, { signal }, db(), deps);
  expect(again.items).toMatchObject([{ error: null, podsToRestart: 0, mesh: null }]);
});

test("a selection with a service that one may not even see is refused as a whole", async () => {
  const [mine, hidden] = [await created(), await created()];
  const actor = member(mine, { [mine.teamId]: "developer" });
  await expect(createBulk(actor, wish([mine, hidden]), world.deps)).rejects.toMatchObject({ code: "not-found" });
  expect(await db().bulkChange.count({ where: { requestedById: mine.userId } })).toBe(0);
});

test("killed at any point, each service has one release in the end; a silent cluster is waited for", async () => {
  const apps = [await running(), await running()];
  const [first] = apps;
  if (!first) throw new Error("no app");
  const actor = member(first, Object.fromEntries(apps.map(({ teamId }) => [teamId, "developer"])));
  const { bulkId } = await createBulk(actor, wish(apps, { kind: "scale", replicas: 2 }), world.deps);
  const nobody = createKubernetes({
    kubeconfig: world.world.kubernetes.kubeconfig,
    fetch: () => Promise.reject(new TypeError("fetch failed")),
  });
  const clients = { ...world.deps.clients, kubernetes: () => nobody };
  expect(await workOffBulk({ ...world.deps, clients }, bulkId, { signal })).toHaveProperty("requeueAfterMs");
  nobody.close();
  expect(await unfinishedBulks(world.deps)).toContain(bulkId);

  const dies = new Error("killed here");
  let calls = 0;
  // Dies at every point once, for every service: the second run of each point passes.
  const checkpoint = async () => {
    calls += 1;
    if (calls % 2 === 1) throw dies;
  };
  for (;;) {
    const result = await workOffBulk({ ...world.deps, checkpoint }, bulkId, { signal }).catch(
      (error: unknown) => error,
    );
    if (result === "done") break;
    expect(result).toBe(dies);
  }
  for (const { id } of apps) {
    const releases = await db().release.findMany({
      where: { appId: id },
      orderBy: { number: "asc" },
      select: { spec: true },
    });
    expect(releases).toHaveLength(2);
    expect(releases[1]?.spec).toMatchObject({ replicas: 2 });
  }
});
