import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type AppSettings, DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP } from "#lib/apps/spec-schema";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { ReleaseWorld, SETTINGS } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterEach(() => world.clear());
afterAll(() => world.stop());

/** Pods that cost nothing: no port, no probe, asleep. */
const ASLEEP = ["sleep", "100000"];
const QUIET: AppSettings = {
  ...SETTINGS,
  ports: [],
  readinessProbe: null,
  strategy: { ...SETTINGS.strategy, minReadySeconds: 0, terminationGracePeriodSeconds: 1 },
};
/** Never moved by what the pods use: only its bounds, or somebody in its name, change their number. */
const AUTOSCALING: AppSettings["autoscaling"] = {
  minReplicas: 2,
  maxReplicas: 10,
  cpuPercent: 1000,
  memoryPercent: null,
  scaleUp: DEFAULT_SCALE_UP,
  scaleDown: { ...DEFAULT_SCALE_DOWN, stabilizationSeconds: 3600 },
};

/** The number of pods wanted in each state that the workload goes through while `run` does. */
async function numbersWhile(name: string, run: () => Promise<void>): Promise<number[]> {
  const ending = new AbortController();
  const { resourceVersion } = await world.kubernetes.list(KINDS.deployment, "kepler-dev");
  const seen: number[] = [];
  const watched = world.kubernetes.watch(KINDS.deployment, "kepler-dev", {
    resourceVersion,
    signal: ending.signal,
    onEvent: ({ object }) => {
      const workload = seeWorkload(object);
      if (workload?.name === name) seen.push(workload.desired);
    },
  });
  try {
    await run();
  } finally {
    ending.abort();
    await watched;
  }
  return seen;
}

/** Sets the number as the autoscaler does: through the scale subresource, in its name. */
async function scaleAsAutoscaler(name: string, replicas: number): Promise<void> {
  const { kubeconfig } = world.world.kubernetes;
  const controller = createKubernetes({ kubeconfig, fieldManager: "kube-controller-manager" });
  const ref = { ...KINDS.deployment, namespace: "kepler-dev", name };
  await controller.mergePatch(ref, { spec: { replicas } }, { subresource: "scale" });
  controller.close();
}
const desired = async (name: string) => seeWorkload(await world.live(KINDS.deployment, name))?.desired;

test("an autoscaler takes over 5 pods and never fewer, its 7 survive a change of configuration, and a rollback restores 5", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, ASLEEP);
  await world.drive(await world.request(app, { buildId: build.id, settings: { ...QUIET, replicas: 5 } }));
  const numbers = await numbersWhile(app.name, async () => {
    const autoscaled = { ...QUIET, replicas: 5, autoscaling: AUTOSCALING };
    const preview = await previewRelease(
      app.id,
      {
        environmentId: world.environmentId,
        kind: "configure",
        settings: autoscaled,
        buildId: null,
        restoresNumber: null,
      },
      { signal: AbortSignal.timeout(10_000) },
      { db: world.database.db, kubernetes: () => world.kubernetes, now: () => new Date() },
    );
    expect(preview.effect).toMatchObject({ podsToRestart: 0, podsToStart: 0, podsToStop: 0 });
    expect(preview.objects.find(({ kind }) => kind === "Deployment")?.after).toContain("replicas: 5");
    const on = await world.drive(await world.request(app, { kind: "configure", settings: autoscaled }));
    expect(on.steps.find(({ name }) => name === "verify")).toMatchObject({ state: "done", detail: { verified: 5 } });
    expect(await world.live(KINDS.horizontalPodAutoscaler, app.name)).not.toBeNull();

    await scaleAsAutoscaler(app.name, 7);
    const settings = { ...autoscaled, env: [{ name: "LEVEL", value: "debug" }] };
    const configured = await world.drive(await world.request(app, { kind: "configure", settings }));
    expect(configured.state).toBe("done");
    expect(configured.steps.find(({ name }) => name === "verify")?.detail).toMatchObject({ wanted: 7, verified: 7 });
    expect(await desired(app.name)).toBe(7);

    const back = await world.drive(await world.request(app, { kind: "rollback", restoresNumber: 1 }));
    expect(back.state).toBe("done");
    expect(await world.live(KINDS.horizontalPodAutoscaler, app.name)).toBeNull();
    expect(await desired(app.name)).toBe(5);
  });
  expect(new Set(numbers)).toEqual(new Set([5, 7]));
});

test("a number that Kepler handed over and nobody took is Kepler's alone again when the autoscaler goes", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, ASLEEP);
  await world.drive(await world.request(app, { buildId: build.id, settings: { ...QUIET, replicas: 3 } }));
  const settings = { ...QUIET, replicas: 3, autoscaling: AUTOSCALING };
  await world.drive(await world.request(app, { kind: "configure", settings }));
  for (const replicas of [3, 4]) {
    const fixed = await world.request(app, { kind: "configure", settings: { ...QUIET, replicas } });
    expect((await world.drive(fixed)).state).toBe("done");
    expect(await desired(app.name)).toBe(replicas);
  }
  const live = await world.live(KINDS.deployment, app.name);
  expect(JSON.stringify(live?.metadata)).not.toContain("kepler-hand-over");
});

test("an autoscaled service begins with its fewest pods, stops at none and starts with its fewest again", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, ASLEEP);
  const settings = { ...QUIET, replicas: 1, autoscaling: AUTOSCALING };
  await world.drive(await world.request(app, { buildId: build.id, settings }));
  expect(await desired(app.name)).toBe(2);

  const stopped = await world.request(app, { kind: "scale", settings: { ...settings, replicas: 0 } });
  expect((await world.drive(stopped)).state).toBe("done");
  expect(await desired(app.name)).toBe(0);
  expect(await world.live(KINDS.horizontalPodAutoscaler, app.name)).toBeNull();

  expect((await world.drive(await world.request(app, { kind: "scale", settings }))).state).toBe("done");
  expect(await desired(app.name)).toBe(2);
});

test("a configuration file stays with the pods that were made with it, and goes when the last of them has gone", async () => {
  const file = (content: string): AppSettings => ({
    ...QUIET,
    files: [{ path: "/etc/app.conf", content, mode: "0644" }],
  });
  const app = await world.createApp();
  const build = await world.createBuild(app, ASLEEP);
  const maps = async () => {
    const labelSelector = `kepler.dev/app=${app.id}`;
    return (await world.kubernetes.list(KINDS.configMap, "kepler-dev", { labelSelector })).items.map(
      ({ data }) => data,
    );
  };
  await world.drive(await world.request(app, { buildId: build.id, settings: file("one") }));
  expect(await maps()).toEqual([{ "0.app.conf": "one" }]);

  const second = await world.request(app, { kind: "configure", settings: file("two") });
  await world.drive(second, ({ state }) => state === "rolling_out");
  expect(await maps()).toHaveLength(2);
  expect((await world.drive(second)).state).toBe("done");
  expect(await maps()).toEqual([{ "0.app.conf": "two" }]);
});
