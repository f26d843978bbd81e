import { afterAll, beforeAll, expect, test } from "vitest";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { proveDueReleases } from "#lib/releases/prove-restorable";
import { listReleases } from "#lib/releases/queries";
import { ReleaseWorld, serving } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

const signal = AbortSignal.timeout(60_000);
const HOUR = 3_600_000;
const inHours = (hours: number) => ({ ...world.deps, now: () => new Date(Date.now() + hours * HOUR) });
const proofs = async (appId: string) =>
  (await listReleases(appId, { page: 1, pageSize: 25 }, world.database.db)).rows.map(({ restorable }) => restorable);

test("each kept release is proven once a day: it can be restored, or the reason why not is said", async () => {
  const app = await world.createApp({ replicas: 1 });
  const [gone, there] = [await world.createBuild(app, serving("v1")), await world.createBuild(app, serving("v2"))];
  for (const { id } of [gone, there]) await world.drive(await world.request(app, { buildId: id }));
  // What has only just ended is not asked about yet.
  expect(await proveDueReleases(world.deps, { signal })).toEqual({ proven: 0, refuted: 0 });
  expect(await proofs(app.id)).toEqual([null, null]);

  // The first release's image goes from the registry, as a clean-up would take it.
  const missing = `sha256:${"0".repeat(64)}`;
  const first = await world.database.db.release.findFirstOrThrow({ where: { appId: app.id, number: 1 } });
  const spec = { ...Object(first.spec), image: { ...Object(first.spec).image, digest: missing } };
  await world.database.db.release.update({ where: { id: first.id }, data: { spec } });

  const nobody = createKubernetes({
    kubeconfig: world.world.kubernetes.kubeconfig,
    fetch: () => Promise.reject(new TypeError("fetch failed")),
  });
  const clients = { ...world.deps.clients, kubernetes: () => nobody };
  // A cluster that is silent proves nothing; a missing image needs no cluster.
  expect(await proveDueReleases({ ...inHours(2), clients }, { signal })).toEqual({ proven: 0, refuted: 1 });
  nobody.close();
  expect(await proveDueReleases(inHours(2), { signal })).toEqual({ proven: 1, refuted: 0 });
  const [second, restored] = await proofs(app.id);
  expect(second).toMatchObject({ ready: true, reason: null });
  expect(restored).toMatchObject({ ready: false, reason: { code: "not-found", system: "registry" } });
  expect(await proveDueReleases(inHours(3), { signal })).toEqual({ proven: 0, refuted: 0 });
  expect(await proveDueReleases(inHours(27), { signal })).toEqual({ proven: 1, refuted: 1 });
});
