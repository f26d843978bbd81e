import { randomUUID } from "node:crypto";
import { type AppSettings, appSettings, DEFAULT_STRATEGY } from "#lib/apps/spec-schema";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { createPrometheus } from "#lib/clients/prometheus/create-prometheus";
import { createRegistry } from "#lib/clients/registry/create-registry";
import { bootstrapClusters } from "#lib/clusters/bootstrap-clusters";
import { openQueue, type Queue } from "#lib/platform/queue";
import { createRelease } from "#lib/releases/create-release";
import { getReleaseView } from "#lib/releases/queries";
import { reconcileRelease } from "#lib/releases/reconcile";
import { type CreateReleaseInput, type ReleaseView } from "#lib/releases/schema";
import { type ReconcileReleaseDeps } from "#lib/releases/steps/step-context";
import { PLAIN_SETTINGS } from "#tests/world/plain-settings";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { pushImage } from "#tests/world/push-image";
import { type SystemName, startWorld, type World } from "#tests/world/sandbox";

export const SETTINGS: AppSettings = appSettings.parse({
  ...PLAIN_SETTINGS,
  replicas: 2,
  // Sixteen pods of the small preset fill a real node of two processors, and several files share one.
  resources: { ...PLAIN_SETTINGS.resources, cpuRequestMillis: 10 },
  readinessProbe: { path: "/", port: 8080, periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 3 },
  strategy: { ...DEFAULT_STRATEGY, drainSeconds: 0, terminationGracePeriodSeconds: 2 },
});

/** A server that says its version; and a program that ends at once. */
export const serving = (version: string): string[] => [
  "node",
  "-e",
  `console.log("serving ${version}");require("http").createServer((q,s)=>s.end("${version}")).listen(8080)`,
];
export const CRASHING = ["node", "-e", `console.error("no database here");process.exit(7)`];

/** A real cluster, registry, queue and database with one environment ready for releases; the worker is the test itself. */
export class ReleaseWorld {
  readonly database: FreshDatabase;
  readonly world: World<"registry" | "kubernetes"> & Partial<World<SystemName>>;
  readonly queue: Queue;
  readonly kubernetes: Kubernetes;
  readonly environmentId: string;
  readonly deps: ReconcileReleaseDeps;

  private constructor(parts: Pick<ReleaseWorld, "database" | "world" | "queue" | "kubernetes" | "environmentId">) {
    this.database = parts.database;
    this.world = parts.world;
    this.queue = parts.queue;
    this.kubernetes = parts.kubernetes;
    this.environmentId = parts.environmentId;
    this.deps = {
      db: parts.database.db,
      enqueue: parts.queue.enqueue,
      now: () => new Date(),
      clients: {
        kubernetes: () => parts.kubernetes,
        prometheus: parts.world.prometheus ? createPrometheus(parts.world.prometheus) : null,
        registry: { client: createRegistry(parts.world.registry), host: new URL(parts.world.registry.url).host },
      },
    };
  }

  static async start(...also: SystemName[]): Promise<ReleaseWorld> {
    const database = await freshDatabase();
    const world = await startWorld(["registry", "kubernetes", ...also]);
    const queue = await openQueue(database.url, { supervise: false });
    const { kubeconfig } = world.kubernetes;
    const kubernetes = createKubernetes({ kubeconfig, fieldManager: "kepler" });
    await bootstrapClusters(database.db, { kubeconfig, context: null, domain: "localhost:1" });
    const { id: environmentId } = await database.db.environment.findUniqueOrThrow({ where: { name: "dev" } });
    // Names that no resolver knows, for the routes of tests.
    await database.db.environmentDomain.create({ data: { environmentId, name: "test", below: true } });
    return new ReleaseWorld({ database, world, queue, kubernetes, environmentId });
  }

  async stop(): Promise<void> {
    await this.clear();
    this.kubernetes.close();
    await this.queue.stop();
    await this.world.stop();
    await this.database.drop();
  }

  /** A real node has room for so many pods: whoever comes next, or beside us, on the same cluster needs it. Takes our own alone. */
  async clear(): Promise<void> {
    const apps = await this.database.db.app.findMany({ select: { id: true } });
    if (apps.length === 0) return;
    const labelSelector = `kepler.dev/app in (${apps.map(({ id }) => id).join(",")})`;
    for (const kind of [KINDS.deployment, KINDS.statefulSet]) {
      const { items } = await this.kubernetes.list(kind, null, { labelSelector });
      for (const { metadata } of items) {
        await this.kubernetes.delete({ ...kind, namespace: metadata.namespace, name: metadata.name });
      }
    }
  }

  /** A service with its settings, as the wizard leaves it. */
  async createApp(settings: Partial<AppSettings> = {}): Promise<{ id: string; name: string; userId: string }> {
    const { db } = this.database;
    const name = `t-${randomUUID().slice(0, 8)}`;
    const user = await db.user.create({ data: { username: name, name: "Lin" } });
    const team = await db.team.create({
      data: { slug: name, name, memberships: { create: { userId: user.id, role: "developer" } } },
    });
    const app = await db.app.create({
      data: {
        teamId: team.id,
        name,
        language: "nodejs",
        gitlabProjectId: 1,
        gitlabProjectPath: "samples/node-hello",
        repositoryUrl: "http://127.0.0.1:1/samples/node-hello.git",
        defaultRef: "main",
        dockerfilePath: "Dockerfile",
        buildStrategy: "dockerfile",
        imageRepository: `${new URL(this.world.registry.url).host}/${name}`,
        webhookSecret: "",
        callbackSecret: "",
        provisionState: "ready",
        createdById: user.id,
        specDrafts: { create: { environmentId: this.environmentId, spec: { ...SETTINGS, ...settings } } },
      },
    });
    return { id: app.id, name, userId: user.id };
  }

  /** A successful build whose image runs `cmd`. */
  async createBuild(app: { id: string; name: string }, cmd: string[], trigger: "manual" | "create" = "manual") {
    const number = (await this.database.db.build.count({ where: { appId: app.id } })) + 1;
    const imageTag = `build-${number}`;
    const config = { Cmd: cmd, Labels: { tag: imageTag } };
    const { digest: imageDigest } = await pushImage(this.world.registry, app.name, imageTag, { config });
    return this.database.db.build.create({
      data: {
        appId: app.id,
        number,
        ref: "main",
        refKind: "branch",
        commitSha: randomUUID().replaceAll("-", "").padEnd(40, "0"),
        commitTitle: `Commit ${number}`,
        commitAuthor: "Lin",
        trigger,
        idempotencyKey: randomUUID(),
        state: "succeeded",
        jenkinsJob: `kepler-${app.name}`,
        imageRepository: `${new URL(this.world.registry.url).host}/${app.name}`,
        imageTag,
        imageDigest,
      },
    });
  }

  /** Asks for a release as a person would, against what they see now. */
  async request(app: { id: string; userId: string }, intent: Partial<CreateReleaseInput>): Promise<string> {
    const newest = await this.database.db.release.findFirst({
      where: { appId: app.id, state: { notIn: ["failed", "aborted", "superseded"] } },
      orderBy: { number: "desc" },
    });
    const input: CreateReleaseInput = {
      environmentId: this.environmentId,
      kind: "deploy",
      buildId: null,
      settings: null,
      restoresNumber: null,
      reason: null,
      expectedCurrent: newest?.number ?? null,
      idempotencyKey: randomUUID(),
      ...intent,
    };
    return (await createRelease(app.id, app.userId, input, this.deps)).releaseId;
  }

  /** Runs the reconciler as the queue would, until it is done or `until` says enough. */
  async drive(
    releaseId: string,
    until: (view: ReleaseView) => boolean = () => false,
    deps: ReconcileReleaseDeps = this.deps,
  ): Promise<ReleaseView> {
    const signal = AbortSignal.timeout(100_000);
    for (;;) {
      const result = await reconcileRelease(deps, releaseId, { signal }).catch(async (error: unknown) => {
        if (!signal.aborted) throw error;
        const { state, steps, pods } = await getReleaseView(releaseId, this.database.db);
        const where = steps.filter((step) => step.state === "running").map(({ name, detail }) => ({ name, detail }));
        throw new Error(`not over in 100 s: ${JSON.stringify({ state, where, pods })}`, { cause: error });
      });
      const view = await getReleaseView(releaseId, this.database.db);
      if (result === "done" || until(view)) return view;
      if ("requeueAfterMs" in result) await new Promise((due) => setTimeout(due, Math.min(result.requeueAfterMs, 200)));
    }
  }

  /** The live object of the app, or null. */
  async live(kind: Parameters<Kubernetes["list"]>[0], name: string) {
    return this.kubernetes.get({ ...kind, namespace: "kepler-dev", name });
  }
}
