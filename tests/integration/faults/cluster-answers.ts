import { expect } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { waitFor } from "#tests/world/wait-for";
import { type FaultyWorld } from "./faulty-world.ts";

/** A refusal as the API server words it: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export const refusal = (code: number, reason: string, message: string, causes: object[] = []) => ({
  status: code,
  body: JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    code,
    reason,
    message,
    ...(causes.length > 0 ? { details: { causes } } : {}),
  }),
});
export const EXPIRED = refusal(410, "Expired", "too old resource version: 1 (2)");
export const WATCH = /[?&]watch=1/;

/** One release, one Deployment, and as many pods as wanted, all of this release. */
export async function expectReleased(world: FaultyWorld, releaseId: string, replicas: number): Promise<void> {
  const { until, cluster, db, service } = world;
  const release = await until.released(releaseId);
  expect({ state: release.state, error: release.error }).toEqual({ state: "done", error: null });
  expect(release.steps.filter((step) => step.state !== "done" || step.error !== null)).toEqual([]);
  expect(await db.release.count({ where: { idempotencyKey: release.idempotencyKey } })).toBe(1);
  const labelSelector = `kepler.dev/app=${service.appId}`;
  expect((await cluster.list(KINDS.deployment, null, { labelSelector })).items).toHaveLength(1);
  const pods = (await cluster.list(KINDS.pod, null, { labelSelector })).items;
  expect(pods.filter((pod) => !pod.metadata.deletionTimestamp)).toHaveLength(replicas);
}

/** What Kepler believes to run is what the cluster says. */
export async function expectSeen({ db, cluster, service }: FaultyWorld): Promise<void> {
  const labelSelector = `kepler.dev/app=${service.appId}`;
  await waitFor("the rows to be as the cluster", async () => {
    const rows = await db.observedPod.findMany({ where: { appId: service.appId } });
    const pods = (await cluster.list(KINDS.pod, null, { labelSelector })).items;
    const names = (some: string[]) => some.sort().join();
    return names(rows.map(({ name }) => name)) === names(pods.map(({ metadata }) => metadata.name));
  });
}
