import { provisionJob } from "#lib/apps/provision-job";
import { unfinishedProvisions } from "#lib/apps/unfinished-provisions";
import { buildJob } from "#lib/builds/build-job";
import { createPushSweep } from "#lib/builds/sweep-lost-pushes";
import { unfinishedBuilds } from "#lib/builds/unfinished-builds";
import { checkSystem } from "#lib/clusters/check-system";
import { pingsOf, type Systems } from "#lib/clusters/connect-systems";
import { pruneObservedEvents } from "#lib/clusters/observed-table";
import { type Db } from "#lib/platform/db";
import { pruneEvents } from "#lib/platform/events";
import { type Logger } from "#lib/platform/logger";
import { type Queue } from "#lib/platform/queue";
import { unfinishedBulks } from "#lib/releases/bulk/work-off-bulk";
import { checkAllGateways } from "#lib/releases/gateway/check-gateways";
import { bulkJob, leaseJob, podDeletionJob, releaseJob } from "#lib/releases/jobs";
import { dueLeases } from "#lib/releases/lease/end-lease";
import { unfinishedPodDeletions } from "#lib/releases/pods/delete-pod";
import { proveDueReleases } from "#lib/releases/prove-restorable";
import { type ReconcileReleaseDeps } from "#lib/releases/steps/step-context";
import { unfinishedReleases } from "#lib/releases/wake-releases";
import { retireJob } from "#lib/retire/retire-job";
import { unfinishedRetirements } from "#lib/retire/unfinished-retirements";
import { endLostTerminals, pruneTerminals } from "#lib/terminal/end-terminal";
import { every } from "./every.ts";

type Parts = {
  db: Db;
  queue: Queue;
  systems: Systems;
  release: ReconcileReleaseDeps;
  log: Logger;
  signal: AbortSignal;
};

const PING_MS = 15_000;
const RESYNC_MS = 60_000;
const TERMINALS_MS = 15_000;
const GATEWAYS_MS = 30_000;
const RECORDINGS_DAYS = 90;
const PROOF_MS = 15 * 60_000;
const PRUNE_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What happens without anybody asking: each line repairs something that an event may have missed. Ends with `signal`. */
export async function sweep({ db, queue, systems, release, log, signal }: Parts): Promise<void> {
  const sweepPushes = systems.gitlab && createPushSweep({ db, gitlab: systems.gitlab, enqueue: queue.enqueue });
  const run = (name: string, pauseMs: number, task: () => Promise<void>) => every(pauseMs, { name, log, signal }, task);
  await Promise.all([
    run("ping", PING_MS, async () => {
      const pings = await pingsOf(db, systems);
      await Promise.all([...pings.keys()].map((key) => checkSystem(db, pings, key, { now: new Date(), signal })));
    }),
    run("resync", RESYNC_MS, () => resync(db, queue, log)),
    run("pushes", RESYNC_MS, async () => {
      const swept = await sweepPushes?.({ signal });
      if (swept && swept.found > 0) log.info(swept, "found pushes whose webhook never came");
    }),
    run("terminals", TERMINALS_MS, async () => {
      const lost = await endLostTerminals({ db, enqueue: queue.enqueue }, new Date());
      if (lost > 0) log.info({ lost }, "ended terminals that nobody holds");
    }),
    run("restore proofs", PROOF_MS, async () => {
      const { proven, refuted } = await proveDueReleases(release, { signal });
      if (refuted > 0) log.warn({ proven, refuted }, "releases that could not be restored now");
    }),
    run("gateways", GATEWAYS_MS, async () => void (await checkAllGateways(release, { signal }))),
    run("prune", PRUNE_MS, async () => {
      const yesterday = new Date(Date.now() - DAY_MS);
      await pruneEvents(db, yesterday);
      await pruneObservedEvents(db, yesterday);
      await pruneTerminals(db, new Date(Date.now() - RECORDINGS_DAYS * DAY_MS));
    }),
  ]);
}

/** Asks again about everything that is not over: correct without any event, only later. */
async function resync(db: Db, queue: Queue, log: Logger): Promise<void> {
  const kinds = [
    { job: provisionJob, ids: await unfinishedProvisions(db) },
    { job: buildJob, ids: await unfinishedBuilds(db) },
    { job: releaseJob, ids: await unfinishedReleases({ db }) },
    { job: bulkJob, ids: await unfinishedBulks({ db }) },
    { job: podDeletionJob, ids: await unfinishedPodDeletions({ db }) },
    { job: leaseJob, ids: await dueLeases({ db, now: () => new Date() }) },
    { job: retireJob, ids: await unfinishedRetirements(db) },
  ];
  for (const { job, ids } of kinds) {
    for (const id of ids) await queue.enqueue(undefined, job, id);
    if (ids.length > 0) log.info({ queue: job.name, unfinished: ids.length }, "asked again about what is not over");
  }
}
