import "server-only";
import { z } from "zod";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { containerView } from "#lib/clusters/schema";
import { type Db, type Prisma } from "#lib/platform/db";
import { type PublicError } from "#lib/platform/errors";
import { diagnose } from "./diagnosis-rules.ts";
import { doneBeforeNewest } from "./done-before.ts";
import { sceneOfPods } from "./scene-schema.ts";

/** Pods as the watch left them: without what only the cluster itself tells of their probes and ports. */
export async function lastSeenPods(db: Db, where: Prisma.ObservedPodWhereInput): Promise<SeenPod[]> {
  const rows = await db.observedPod.findMany({ where });
  return rows.map(({ containers, ...row }) => ({
    ...row,
    terminating: row.status === "Terminating",
    keptBy: null,
    claims: [],
    containers: z
      .array(containerView)
      .parse(containers)
      .map((one) => ({ ...one, ports: [], probes: { startup: null, readiness: null, liveness: null } })),
  }));
}

/**
 * What is wrong first of all in each of these places, by the rows of their pods alone: for lists, which ask no cluster. Under
 * `<appId>/<environmentId>`; a place of which the rows tell nothing is missing.
 */
export async function firstFindings(
  db: Db,
  places: readonly { appId: string; environmentId: string }[],
  now: Date,
): Promise<Map<string, PublicError>> {
  if (places.length === 0) return new Map();
  const environments = await db.environment.findMany({
    where: { id: { in: places.map(({ environmentId }) => environmentId) } },
    select: { id: true, clusterId: true, namespace: true },
  });
  const found = await Promise.all(
    places.map(async ({ appId, environmentId }): Promise<[string, PublicError][]> => {
      const environment = environments.find(({ id }) => id === environmentId);
      if (!environment) return [];
      const { clusterId, namespace } = environment;
      const scene = sceneOfPods(await lastSeenPods(db, { appId, clusterId, namespace }), now);
      if (diagnose(scene).length === 0) return [];
      const [first] = diagnose({ ...scene, before: await doneBeforeNewest(db, { appId, environmentId }) });
      return first ? [[`${appId}/${environmentId}`, first.error]] : [];
    }),
  );
  return new Map(found.flat());
}
