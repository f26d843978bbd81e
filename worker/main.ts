import { bootstrapClusters } from "#lib/clusters/bootstrap-clusters";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { connectSystems } from "#lib/clusters/connect-systems";
import { createDb } from "#lib/platform/db";
import { EnvError, env as readEnv } from "#lib/platform/env";
import { KeplerError } from "#lib/platform/errors";
import { logger } from "#lib/platform/logger";
import { openQueue } from "#lib/platform/queue";
import { watchAll } from "./clusters/watch-all.ts";
import { edgeDomain } from "./edge-domain.ts";
import { catalogue } from "./jobs.ts";
import { killPoint } from "./kill-point.ts";
import { sweep } from "./sweeps.ts";
import { openGateway } from "./terminal/gateway.ts";
import { createWorlds } from "./worlds.ts";

// The second process: makes true in the outside systems what web has written down, and writes back what it sees there.
const log = logger("worker");

/** Longest that the process waits for its jobs to reach a safe point. */
const GRACE_MS = 5_000;

async function main(): Promise<void> {
  const env = readEnv();
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  const db = createDb(env.databaseUrl);
  const queue = await openQueue(env.databaseUrl, { supervise: true });
  const systems = connectSystems(env);
  if (env.kubernetes) await bootstrapClusters(db, { ...env.kubernetes, domain: await edgeDomain(env.home) });

  const checkpoint = env.killPoints ? killPoint(env.killPoints) : undefined;
  const worlds = createWorlds({ env, db, queue, systems, checkpoint });
  for (const { job, handler } of catalogue(worlds)) await queue.work(job, handler);

  const { workerListen: listen } = env;
  const { enqueue } = queue;
  const own = { db, enqueue, now: () => new Date(), log: logger("terminal") };
  const terminals = { ...own, connect: connectCluster, publicUrl: env.url };
  const gateway = listen && (await openGateway({ ...terminals, listen }));

  const { signal } = stopping;
  const background = Promise.all([
    watchAll({ db, databaseUrl: env.databaseUrl, queue, log, signal }),
    sweep({ db, queue, systems, release: worlds.release, log, signal }),
  ]);
  process.stdout.write(`${JSON.stringify({ worker: "ready", pid: process.pid })}\n`);

  // Background tasks end only when told to; one that fails ends the process, and whoever started it starts another.
  await Promise.race([stopped, background]);
  stopping.abort();
  await gateway?.close();
  await queue.stop(GRACE_MS);
  await background;
  await db.$disconnect();
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const known = error instanceof KeplerError || error instanceof EnvError;
  log.fatal(known ? { reason: error.message } : { err: error }, "worker cannot start");
  process.exit(1);
}
