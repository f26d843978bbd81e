import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { openQueue } from "#lib/platform/queue";
import { startFaultProxy } from "#tests/world/fault-proxy";
import { startClusterProxy } from "#tests/world/faulty-cluster";
import { freshDatabase } from "#tests/world/postgres";
import { startWorld, type World } from "#tests/world/sandbox";
import { createServiceForTest } from "#tests/world/service";
import { waitFor } from "#tests/world/wait-for";
import { startWorker } from "#tests/world/worker";
import { asking, reading, waiting } from "./operations.ts";

export type FaultyWorld = Awaited<ReturnType<typeof startFaultyWorld>>;

/**
 * The real worker before the four systems, each behind a proxy that can be told to fail, and one service that is already
 * running: what a test does with it meets the trouble that it has asked for and no other.
 */
export async function startFaultyWorld() {
  const home = await mkdtemp(join(tmpdir(), "kepler-faults-"));
  const behind = await startWorld(["gitlab", "jenkins", "registry", "kubernetes"]);
  const kubeconfig = join(home, "kubeconfig");
  const proxies = {
    gitlab: await startFaultProxy(behind.gitlab),
    jenkins: await startFaultProxy(behind.jenkins),
    registry: await startFaultProxy(behind.registry),
    kubernetes: await startClusterProxy(behind.kubernetes.kubeconfig, kubeconfig),
  };
  const world: World<"gitlab" | "jenkins" | "registry" | "kubernetes"> = {
    ...behind,
    gitlab: { ...behind.gitlab, url: proxies.gitlab.url },
    jenkins: { ...behind.jenkins, url: proxies.jenkins.url },
    registry: { ...behind.registry, url: proxies.registry.url },
    kubernetes: { kubeconfig },
  };
  const database = await freshDatabase();
  const { db } = database;
  const queue = await openQueue(database.url, { supervise: false });
  const { enqueue } = queue;
  const worker = startWorker({ home, databaseUrl: database.url, world, env: { LOG_LEVEL: "info" } });

  // The test itself asks the systems directly: the trouble is the worker's alone.
  const gitlab = createGitlab(behind.gitlab);
  const kubernetes = createKubernetes({ kubeconfig: behind.kubernetes.kubeconfig, fieldManager: "kepler-test" });

  const read = reading(db);
  const until = waiting(read);
  const ask = {
    ...asking({ db, gitlab, enqueue }),
    /** Images are pushed, and asked for, by way of the registry's proxy: their names carry its address. */
    service: (options: Parameters<typeof createServiceForTest>[3] = {}) =>
      createServiceForTest(db, database.url, { ...world, gitlab: behind.gitlab }, options),
  };

  const service = await ask.service();
  const first = await waitFor(
    "a first release",
    () => db.release.findFirst({ where: { appId: service.appId } }),
    120_000,
  );
  expect((await until.released(first.id)).state, worker.output()).toBe("done");

  return {
    ...proxies,
    behind,
    cluster: kubernetes,
    db,
    enqueue,
    /** A service that runs: one good build, one done release. */
    service,
    ask,
    read,
    until,
    worker,
    lift: () => Object.values(proxies).forEach((proxy) => proxy.lift()),
    async stop() {
      await worker.stop();
      await queue.stop();
      kubernetes.close();
      await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
      await database.drop();
      await behind.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
