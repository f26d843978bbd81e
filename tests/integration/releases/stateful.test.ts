import { afterAll, beforeAll, expect, test } from "vitest";
import { type AppSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { ReleaseWorld, SETTINGS } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

const ASLEEP = ["sleep", "100000"];
const STATEFUL: AppSettings = {
  ...SETTINGS,
  workload: { kind: "statefulset", podManagement: "ordered" },
  ports: [],
  readinessProbe: null,
  strategy: { ...SETTINGS.strategy, minReadySeconds: 0, terminationGracePeriodSeconds: 1 },
};
const probe = (command: string[]): AppSettings["readinessProbe"] => ({
  type: "exec",
  command,
  initialDelaySeconds: 0,
  periodSeconds: 1,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
});
const podNames = async (appId: string) => {
  const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector: `kepler.dev/app=${appId}` });
  return items.map(({ metadata }) => metadata.name).sort();
};

test("a stateful service rolls out pods with names of their own, and its kind stays what it was", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, ASLEEP);
  const first = await world.drive(await world.request(app, { buildId: build.id, settings: STATEFUL }));
  expect(first).toMatchObject({ state: "done", wanted: 2 });
  expect(await podNames(app.id)).toEqual([`${app.name}-0`, `${app.name}-1`]);
  expect(await world.live(KINDS.service, `${app.name}-headless`)).toMatchObject({ spec: { clusterIP: "None" } });
  expect(await world.live(KINDS.deployment, app.name)).toBeNull();

  const env = [{ name: "LEVEL", value: "debug" }];
  const second = await world.drive(await world.request(app, { kind: "configure", settings: { ...STATEFUL, env } }));
  expect(second.state).toBe("done");
  const seen = seeWorkload(await world.live(KINDS.statefulSet, app.name));
  expect(seen).toMatchObject({ kind: "StatefulSet", releaseNumber: 2, updated: 2, paused: false });

  const other = world.request(app, { kind: "configure", settings: { ...STATEFUL, workload: SETTINGS.workload } });
  await expect(other).rejects.toMatchObject({
    code: "invalid",
    fields: [{ path: "settings.workload.kind", message: "workload.kind-fixed" }],
  });
});

test("a broken release of a stateful service fails, and going back takes away the pod that it is stuck with", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, ASLEEP);
  const good = { ...STATEFUL, readinessProbe: probe(["true"]) };
  await world.drive(await world.request(app, { buildId: build.id, settings: good }));

  const strategy = { ...STATEFUL.strategy, progressDeadlineSeconds: 10 };
  const never = { ...STATEFUL, strategy, readinessProbe: probe(["false"]) };
  const failed = await world.drive(await world.request(app, { kind: "configure", settings: never }));
  expect(failed.state).toBe("failed");
  expect(failed.error?.message).toMatch(/did not become ready in time/);

  const back = await world.drive(await world.request(app, { kind: "rollback", restoresNumber: 1 }));
  expect(back.state).toBe("done");
  expect(await podNames(app.id)).toEqual([`${app.name}-0`, `${app.name}-1`]);
});
