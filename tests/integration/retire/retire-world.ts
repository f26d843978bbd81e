import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imagesEntry, markPresentInLedger } from "#lib/apps/ledger";
import { reconcileProvision } from "#lib/apps/reconcile";
import { PROVISION_STEPS } from "#lib/apps/schema";
import { type AppSettings } from "#lib/apps/spec-schema";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { createJenkins } from "#lib/clients/jenkins/create-jenkins";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { createRegistry } from "#lib/clients/registry/create-registry";
import { open, randomSecret, seal } from "#lib/platform/crypto";
import { getRetirementView } from "#lib/retire/queries";
import { reconcileRetirement } from "#lib/retire/reconcile";
import { requestRetirement, retireAgain } from "#lib/retire/request-retirement";
import { type RetireWorld } from "#lib/retire/retire-world";
import { type KeepChoice, type RetirementView } from "#lib/retire/schema";
import { type FaultProxy, startFaultProxy } from "#tests/world/fault-proxy";
import { startClusterProxy } from "#tests/world/faulty-cluster";
import { pushImage } from "#tests/world/push-image";
import { startWorld } from "#tests/world/sandbox";
import { ReleaseWorld, serving } from "../releases/release-world.ts";

export const SYSTEMS = ["kubernetes", "gitlab", "jenkins", "registry"] as const;
export type ProxyName = (typeof SYSTEMS)[number];
/** `since` = when it was made, in milliseconds since the epoch: what the proxies saw before is about others. */
export type Running = { id: string; name: string; userId: string; since: number };
export const KEPLER_URL = "http://127.0.0.1:1";
export const NOTHING_KEPT: KeepChoice = { volumes: false, images: false };

/** All four systems, each behind a proxy that records and may be put in the way, and services that run in them. */
export async function startRetireWorld() {
  const [ground, outside] = await Promise.all([ReleaseWorld.start(), startWorld(["gitlab", "jenkins"])]);
  const { db } = ground.database;
  const home = await mkdtemp(join(tmpdir(), "kepler-retire-"));
  const kubeconfig = join(home, "kubeconfig");
  const proxies: Record<ProxyName, FaultProxy> = {
    kubernetes: await startClusterProxy(ground.world.kubernetes.kubeconfig, kubeconfig),
    gitlab: await startFaultProxy(outside.gitlab),
    jenkins: await startFaultProxy(outside.jenkins),
    registry: await startFaultProxy(ground.world.registry),
  };
  const kubernetes = createKubernetes({ kubeconfig, fieldManager: "kepler" });
  const world: RetireWorld = {
    db,
    enqueue: ground.queue.enqueue,
    now: () => new Date(),
    keplerUrl: KEPLER_URL,
    gitlab: createGitlab({ ...outside.gitlab, url: proxies.gitlab.url }),
    jenkins: createJenkins({ ...outside.jenkins, url: proxies.jenkins.url }),
    registry: {
      host: new URL(ground.world.registry.url).host,
      client: createRegistry({ ...ground.world.registry, url: proxies.registry.url }),
    },
    kubernetes: () => kubernetes,
  };
  const direct = { gitlab: createGitlab(outside.gitlab), jenkins: createJenkins(outside.jenkins) };
  const provision = {
    ...{ db, ...direct, open, now: world.now, keplerUrl: KEPLER_URL },
    ...{ gitLogin: null, registryLogin: null },
  };
  const project = await direct.gitlab.getProject("samples/node-hello");

  /** A service as it is after its provision: a hook and a job of its own. */
  const provisioned = async (settings: Partial<AppSettings> = {}): Promise<Running> => {
    const app = await ground.createApp({
      replicas: 1,
      exposure: {
        gatewayClass: "ingress",
        routes: [{ host: `${randomUUID()}.test`, path: "/", pathType: "prefix", port: 8080 }],
      },
      ...settings,
    });
    await db.app.update({
      where: { id: app.id },
      data: {
        gitlabProjectId: project.id,
        webhookSecret: seal(randomSecret()),
        callbackSecret: seal(randomSecret()),
        provisionState: "pending",
        provisionSteps: { create: PROVISION_STEPS.map((name, position) => ({ name, position })) },
      },
    });
    await drive(() => reconcileProvision(provision, app.id));
    return { ...app, since: Date.now() };
  };

  /** A service that runs: an image of two builds, the newer of them released and exposed. */
  const running = async (settings: Partial<AppSettings> = {}): Promise<Running> => {
    const app = await provisioned(settings);
    await ground.createBuild(app, serving("0"));
    const build = await ground.createBuild(app, serving("1"));
    const row = await db.app.findUniqueOrThrow({ where: { id: app.id } });
    const entry = imagesEntry({ appId: app.id, imageRepository: row.imageRepository });
    await markPresentInLedger(db, entry, { externalId: null, url: null }, new Date());
    const released = await ground.drive(await ground.request(app, { buildId: build.id }));
    if (released.state !== "done") throw new Error(`not released: ${JSON.stringify(released.error)}`);
    return app;
  };

  const confirm = async (app: Running, keep: KeepChoice = NOTHING_KEPT): Promise<string> => {
    const confirmed = { name: app.name, reason: "No longer needed.", keep };
    return (await requestRetirement(world, app.id, app.userId, confirmed)).retirementId;
  };

  const again = async (id: string, app: Running, keep: KeepChoice): Promise<string> => {
    const confirmed = { name: app.name, reason: "Once more.", keep };
    return (await retireAgain(world, id, app.userId, confirmed)).retirementId;
  };

  /** Runs the reconciler as the queue would until it is over or `until` says enough. */
  const driveTo = async (
    retirementId: string,
    until: (view: RetirementView) => boolean = () => false,
    given: RetireWorld = world,
  ): Promise<RetirementView> => {
    const signal = AbortSignal.timeout(60_000);
    for (;;) {
      const result = await reconcileRetirement(given, retirementId, { signal });
      const view = await getRetirementView(retirementId, db);
      if (result === "done" || until(view)) return view;
      signal.throwIfAborted();
      if ("requeueAfterMs" in result) await new Promise((due) => setTimeout(due, Math.min(result.requeueAfterMs, 100)));
    }
  };

  return {
    ...{ ground, db, world, direct, proxies, project, provision, provisioned, running, confirm, again, driveTo },
    /** Somebody with rights of their own in the cluster. */
    foreign: createKubernetes({ kubeconfig: ground.world.kubernetes.kubeconfig, fieldManager: "somebody" }),
    pushForeign: (registry: Parameters<typeof pushImage>[0], repository: string) =>
      pushImage(registry, repository, "somebody-elses", { config: { Labels: { by: "somebody" } } }),
    stop: async () => {
      kubernetes.close();
      for (const proxy of Object.values(proxies)) await proxy.stop();
      await ground.stop();
      await outside.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function drive(step: () => Promise<"done" | { requeueAfterMs: number } | { terminal: unknown }>): Promise<void> {
  for (;;) {
    const result = await step();
    if (result === "done" || !("requeueAfterMs" in result)) return;
    await new Promise((due) => setTimeout(due, result.requeueAfterMs));
  }
}
