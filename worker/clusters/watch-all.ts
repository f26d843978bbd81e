import { connectCluster } from "#lib/clusters/connect-cluster";
import { clusterKey, recordSystem } from "#lib/clusters/record-system";
import { type Db } from "#lib/platform/db";
import { type Logger } from "#lib/platform/logger";
import { type Queue } from "#lib/platform/queue";
import { wakeReleases } from "#lib/releases/wake-releases";
import { lead } from "./lead.ts";
import { watchCluster } from "./watch-cluster.ts";

type Parts = { db: Db; databaseUrl: string; queue: Queue; log: Logger; signal: AbortSignal };

/** Watches every cluster for which this process is the leader. Ends with `signal`. */
export async function watchAll({ db, databaseUrl, queue, log, signal }: Parts): Promise<void> {
  const clusters = await db.cluster.findMany({
    select: { id: true, context: true, environments: { select: { namespace: true } } },
  });
  await Promise.all(
    clusters.map((cluster) =>
      lead({ url: databaseUrl, seat: clusterKey(cluster.id), log, signal }, async (reigning) => {
        try {
          await watchCluster(
            {
              db,
              cluster,
              kubernetes: connectCluster(cluster),
              namespaces: cluster.environments.map(({ namespace }) => namespace),
              now: () => new Date(),
              random: Math.random,
              log,
              onChanged: (appIds) => wakeReleases({ db, enqueue: queue.enqueue }, appIds),
            },
            reigning,
          );
        } catch (error) {
          await recordSystem(db, clusterKey(cluster.id), error, new Date()).catch(() => undefined);
          throw error;
        }
      }),
    ),
  );
}
