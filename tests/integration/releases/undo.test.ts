import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { isAutoscaled } from "#lib/apps/scaling-rules";
import { configRefs } from "#lib/apps/spec/config-schema";
import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type AppSettings, type AppSpec, appSettings } from "#lib/apps/spec-schema";
import { type KubernetesObject } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { saveConfig } from "#lib/config/save-config";
import { renderManifests } from "#lib/releases/manifests";
import { HAND_OVER, isRecord } from "#lib/releases/ownership-rules";
import { CONFIG_SETS, specArbitrary } from "#tests/unit/releases/spec-arbitrary";
import { ReleaseWorld } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  await world.kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kepler-dev" } });
  await world.kubernetes.apply(VIRTUAL_NODE);
  await world.kubernetes.apply(MEDIA);
});
afterAll(() => world.stop());

/** A node without a machine: its pods are ready at once and cost nothing, so that many Specs can be tried. */
const VIRTUAL = "undo-virtual";
const VIRTUAL_NODE = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: VIRTUAL, labels: { [VIRTUAL]: "yes" }, annotations: { "kwok.x-k8s.io/node": "fake" } },
};
const MEDIA = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "media", namespace: "kepler-dev" },
  spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } } },
};

/** Settings that can really run there, and end soon: every field of a Spec but the image, which is one that was pushed. */
const runnable = specArbitrary.map((spec): AppSettings => {
  const { image: _, ...settings } = spec;
  return appSettings.parse({
    ...settings,
    // Ended by the release itself: nowhere to send log lines to is configured.
    logCollection: null,
    placement: { ...settings.placement, nodeSelector: [{ name: VIRTUAL, value: "yes" }] },
    strategy: { ...settings.strategy, minReadySeconds: 0, drainSeconds: 0, terminationGracePeriodSeconds: 1 },
  });
});

/** Nobody serves on a virtual node: of two gateways one that sends visitors elsewhere by itself would be the better one. */
const withoutRedirects = (settings: AppSettings): AppSettings => ({
  ...settings,
  exposure: settings.exposure && {
    ...settings.exposure,
    routes: settings.exposure.routes.map((route) =>
      route.traffic?.redirect ? { ...route, traffic: undefined } : route,
    ),
  },
});
const moves = (first: AppSettings, second: AppSettings): boolean =>
  first.exposure !== null && second.exposure !== null && carrierOf(first.exposure) !== carrierOf(second.exposure);

/** A second Spec of the same service: what a first release settles for good is the same in both. */
const pairs = fc.tuple(runnable, runnable).map(([first, second]): [AppSettings, AppSettings] => {
  const template = (settings: AppSettings) => settings.volumes.filter(({ type }) => type === "template");
  const others = second.volumes.filter(
    ({ type, name, mountPath }) =>
      type !== "template" && template(first).every((each) => each.name !== name && each.mountPath !== mountPath),
  );
  const isSet = first.workload.kind === "statefulset";
  const strategy = isSet ? { ...second.strategy, type: "rolling" as const } : second.strategy;
  const begins = moves(first, second) ? withoutRedirects(first) : first;
  return [begins, { ...second, workload: first.workload, volumes: [...template(first), ...others], strategy }];
});

/** Both versions of every set that the generated Specs name. */
async function saveSets({ id, userId }: App): Promise<void> {
  for (const [kind, name] of [["config", "web"] as const, ["secret", "db"] as const]) {
    for (const [expectedVersion, data] of CONFIG_SETS[name].entries()) {
      const entries = Object.entries(data).map(([key, value]) => ({ key, value }));
      const input = { environmentId: world.environmentId, kind, name, expectedVersion, entries, reason: null };
      await saveConfig(id, userId, input, world.deps);
    }
  }
}

type App = { id: string; name: string; userId: string };

/** Everything of an app's that Kepler makes, as the cluster has it. */
const MADE = [
  ...[KINDS.serviceAccount, KINDS.configMap, KINDS.secret, KINDS.service, KINDS.deployment, KINDS.statefulSet],
  ...[KINDS.podDisruptionBudget, KINDS.horizontalPodAutoscaler, KINDS.ingress],
];
async function objectsOf({ id }: App): Promise<KubernetesObject[]> {
  const labelSelector = `kepler.dev/app=${id}`;
  const lists = await Promise.all(MADE.map((kind) => world.kubernetes.list(kind, "kepler-dev", { labelSelector })));
  return lists.flatMap(({ items }) => items);
}

const managed = z.object({
  managedFields: z
    .array(z.object({ manager: z.string().default(""), operation: z.string(), fieldsV1: z.unknown() }))
    .default([]),
});
/** Addresses that the API server chose. */
const CHOSEN = ["clusterIP", "clusterIPs", "healthCheckNodePort"];

/**
 * What was asked for, without what only the server writes: of two services that were asked the same, equal. Releases are
 * numbered differently, and how many pods an autoscaler wants by now is its own.
 */
function asked(app: App, spec: Pick<AppSpec, "replicas" | "autoscaling">, object: KubernetesObject): unknown {
  const { name, labels, annotations } = object.metadata;
  const own = managed.parse(object.metadata).managedFields;
  const applied = own
    .filter(({ operation, manager }) => operation === "Apply" && !(isAutoscaled(spec) && manager === HAND_OVER))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1));
  const rest = Object.fromEntries(
    Object.entries(object).filter(([key]) => !["metadata", "status", "apiVersion", "kind"].includes(key)),
  );
  const text = JSON.stringify({
    kind: object.kind,
    metadata: { name, labels, annotations },
    owners: applied.map(({ manager, fieldsV1 }) => ({ manager, fieldsV1 })),
    ...rest,
  });
  const plain = text
    .replaceAll(app.name, "<name>")
    .replaceAll(app.id, "<id>")
    // Routes that Traefik treats apart stand in an Ingress named for its content, and that has the service's own host.
    .replaceAll(object.kind === "Ingress" ? /(?<=<name>-)[0-9a-f]{16}/g : /$^/g, "<content>")
    .replaceAll(/sha256:[0-9a-f]{64}/g, "<digest>");
  return JSON.parse(plain, (key, value: unknown) => {
    if (key === "kepler.dev/release" || key === "deployment.kubernetes.io/revision" || CHOSEN.includes(key)) return "";
    if (key === "replicas" && isAutoscaled(spec)) return "";
    return isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

/** A host at a gateway has one service: each gets its own. */
function ownHosts({ name }: App, settings: AppSettings): AppSettings {
  const routes = settings.exposure?.routes.map((route) => ({
    ...route,
    host: route.host.replace(/^(\*\.)?/, `$1${name}.`),
  }));
  return settings.exposure && routes ? { ...settings, exposure: { ...settings.exposure, routes } } : settings;
}

const release = async (app: App, wish: Parameters<ReleaseWorld["request"]>[1]) => {
  const intent = wish.settings ? { ...wish, settings: ownHosts(app, wish.settings) } : wish;
  const view = await world.drive(await world.request(app, intent));
  expect(view, JSON.stringify([view.error, view.steps])).toMatchObject({ state: "done" });
};

test("going back leaves the cluster as if the second Spec had never been: 25 generated pairs", async () => {
  const tried = async ([first, second]: [AppSettings, AppSettings]): Promise<void> => {
    const [app, fresh] = [await world.createApp(), await world.createApp()];
    await Promise.all([saveSets(app), saveSets(fresh)]);
    const [build, sameBuild] = [await world.createBuild(app, ["x"]), await world.createBuild(fresh, ["x"])];
    await release(app, { buildId: build.id, settings: first });
    await release(app, { kind: "configure", settings: second });
    await release(app, { kind: "rollback", restoresNumber: 1 });
    await release(fresh, { buildId: sameBuild.id, settings: first });
    const [back, never] = [await objectsOf(app), await objectsOf(fresh)];
    const plain = (one: App, objects: KubernetesObject[]) =>
      objects.map((object) => JSON.stringify(asked(one, first, object), null, 1)).sort();
    expect(plain(app, back)).toEqual(plain(fresh, never));
  };
  const queue = fc.sample(pairs, 25);
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let pair = queue.shift(); pair; pair = queue.shift()) {
        const text = JSON.stringify(pair);
        await tried(pair).catch((error: unknown) => Promise.reject(new Error(text, { cause: error })));
      }
    }),
  );
});

test("what others added to a service's objects survives every change, and the way back", async () => {
  const { kubeconfig } = world.world.kubernetes;
  const kubectl = createKubernetes({ kubeconfig, fieldManager: "kubectl" });
  const agent = createKubernetes({ kubeconfig, fieldManager: "agent-injector" });
  const app = await world.createApp();
  const build = await world.createBuild(app, ["x"]);
  const deployments = runnable.filter(({ workload }) => workload.kind === "deployment").map(withoutRedirects);
  await saveSets(app);
  const [first, ...others] = fc.sample(deployments, 5);
  if (!first) throw new Error("nothing to try");
  await release(app, { buildId: build.id, settings: first });

  const ref = { ...KINDS.deployment, namespace: "kepler-dev", name: app.name };
  const { apiVersion, kind } = ref;
  const sidecar = { name: "agent", image: "127.0.0.1:1/agent:1", env: [{ name: "LEVEL", value: "theirs" }] };
  await kubectl.mergePatch(ref, { metadata: { labels: { theirs: "yes" }, annotations: { note: "by hand" } } });
  await agent.apply({
    ...{ apiVersion, kind, metadata: { name: app.name, namespace: "kepler-dev" } },
    spec: { template: { metadata: { annotations: { "agent/injected": "1" } }, spec: { containers: [sidecar] } } },
  });
  const theirs = {
    metadata: { labels: { theirs: "yes" }, annotations: { note: "by hand" } },
    spec: {
      template: {
        metadata: { annotations: { "agent/injected": "1" } },
        spec: { containers: expect.arrayContaining([expect.objectContaining(sidecar)]) },
      },
    },
  };
  for (const settings of others) {
    await release(app, { kind: "configure", settings });
    expect(await world.kubernetes.get(ref)).toMatchObject(theirs);
  }
  await release(app, { kind: "rollback", restoresNumber: 1 });
  expect(await world.kubernetes.get(ref)).toMatchObject(theirs);
  kubectl.close();
  agent.close();
});

test("every rendered set is accepted by the API server's own dry run", async () => {
  await fc.assert(
    fc.asyncProperty(specArbitrary, async (spec) => {
      const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "dry-run" };
      const logOutput = { image: "filebeat:9", elasticsearchHosts: ["http://elastic:9200"] };
      const config = configRefs(spec.config).map((ref) => ({ ...ref, data: { level: "info", password: "…" } }));
      const input = { app, namespace: "kepler-dev", spec, releaseNumber: 1, podRelease: 1, logOutput, config };
      for (const manifest of renderManifests(input)) await world.kubernetes.apply(manifest, { dryRun: true });
    }),
    { numRuns: 60 },
  );
});
