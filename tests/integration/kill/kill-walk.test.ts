import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { createJenkins } from "#lib/clients/jenkins/create-jenkins";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { type RestartablePostgres, startRestartablePostgres } from "#tests/world/restartable-postgres";
import { startWorld, type World } from "#tests/world/sandbox";
import { createServiceForTest, type TestService } from "#tests/world/service";
import { waitFor } from "#tests/world/wait-for";
import { type RunningWorker, startWorker } from "#tests/world/worker";

/**
 * One point after an effect of each operation: the worst moment, done outside and not yet written down. A kill costs the
 * queue's lease (about 14 s), so a walk over all forty points takes ten minutes: KEPLER_KILL_WALK="*" does it by hand.
 */
const POINTS =
  process.env.KEPLER_KILL_WALK ??
  ["provision.webhook.after-effect", "build.trigger.after-effect", "release.apply.Deployment.after-effect"].join(",");
const POINTS_AT_LEAST = 3;
const SETTLED_WITHIN_MS = 150_000;

let world: World<"gitlab" | "jenkins" | "registry" | "kubernetes">;
let home: string;
beforeAll(async () => {
  world = await startWorld(["gitlab", "jenkins", "registry", "kubernetes"]);
});
afterAll(async () => {
  await world.stop();
});

/** The whole path of one service with a kill at every point; returns what came of it. */
async function walk(database: FreshDatabase["db"], databaseUrl: string, kills: Record<string, string>) {
  let worker: RunningWorker | undefined;
  try {
    const service = await createServiceForTest(database, databaseUrl, world);
    worker = startWorker({ home, databaseUrl, world, env: { KEPLER_KILL_AT: POINTS, ...kills } });
    await waitFor(
      "the first release to end",
      async () => {
        const release = await database.release
          .findFirst({ where: { appId: service.appId }, select: { state: true } })
          .catch(() => null);
        return release !== null && ["done", "failed", "aborted"].includes(release.state);
      },
      SETTLED_WITHIN_MS,
    );
    return { service, points: await readdir(join(home, "kill-points")), restarts: worker.restarts() };
  } finally {
    await worker?.stop();
  }
}

/** One of each, and nothing half-done: the same world as after an undisturbed run. */
async function expectUndisturbed(database: FreshDatabase["db"], { appId, name, projectId }: TestService) {
  const app = await database.app.findUniqueOrThrow({ where: { id: appId }, include: { ledger: true } });
  const builds = await database.build.findMany({ where: { appId }, include: { steps: true } });
  const releases = await database.release.findMany({ where: { appId }, include: { steps: true } });
  expect(app.provisionState).toBe("ready");
  expect(builds.map((build) => build.state)).toEqual(["succeeded"]);
  expect(releases.map((release) => release.state)).toEqual(["done"]);
  const steps = [...builds.flatMap((build) => build.steps), ...releases.flatMap((release) => release.steps)];
  expect(steps.filter((step) => step.state !== "done")).toEqual([]);
  expect(app.ledger.filter((entry) => entry.state !== "present")).toEqual([]);

  const gitlab = createGitlab(world.gitlab);
  const jenkins = createJenkins(world.jenkins);
  const hooks = await hookUrls(projectId);
  expect(hooks.filter((url) => url.endsWith(appId))).toHaveLength(1);
  expect(await gitlab.findHook(projectId, hooks.find((url) => url.endsWith(appId)) ?? "")).not.toBeNull();
  const job = `kepler-${name}`;
  expect(await jenkins.findJob(job)).not.toBeNull();
  expect(await buildCount(job)).toBe(1);
  const kubernetes = createKubernetes({ kubeconfig: world.kubernetes.kubeconfig, fieldManager: "kepler-test" });
  const pods = await kubernetes.list({ apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true }, null, {
    labelSelector: `app.kubernetes.io/name=${name}`,
  });
  expect(pods.items).toHaveLength(1);
}

async function hookUrls(projectId: number): Promise<string[]> {
  const { url, token } = world.gitlab;
  const answer = await fetch(`${url}/api/v4/projects/${projectId}/hooks`, { headers: { "private-token": token } });
  const hooks = (await answer.json()) as { url: string }[];
  return hooks.map((hook) => hook.url);
}

async function buildCount(job: string): Promise<number> {
  const { url, user, token } = world.jenkins;
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  const answer = await fetch(`${url}/job/${job}/api/json?tree=builds[number]`, { headers: { authorization } });
  return ((await answer.json()) as { builds: unknown[] }).builds.length;
}

describe("a service on its way from repository to running", () => {
  it("ends as if nothing had happened when the worker is killed after an effect of each operation", async () => {
    home = await mkdtemp(join(tmpdir(), "kepler-kill-"));
    const database = await freshDatabase();
    try {
      const { service, points, restarts } = await walk(database.db, database.url, {});
      expect(points.length).toBeGreaterThanOrEqual(POINTS_AT_LEAST);
      expect(restarts).toBeGreaterThanOrEqual(points.length);
      await expectUndisturbed(database.db, service);
    } finally {
      await database.drop();
      await rm(home, { recursive: true, force: true });
    }
  }, 200_000);

  it("ends as if nothing had happened when Postgres is killed after an effect of each operation", async () => {
    home = await mkdtemp(join(tmpdir(), "kepler-kill-"));
    const postgres: RestartablePostgres = await startRestartablePostgres();
    try {
      const { service, points } = await walk(postgres.db, postgres.url, { KEPLER_KILL_PID_FILE: postgres.pidFile });
      expect(points.length).toBeGreaterThanOrEqual(POINTS_AT_LEAST);
      expect(postgres.restarts()).toBeGreaterThanOrEqual(1);
      await expectUndisturbed(postgres.db, service);
    } finally {
      await postgres.stop();
      await rm(home, { recursive: true, force: true });
    }
  }, 250_000);
});
