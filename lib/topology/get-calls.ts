import "server-only";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { ownSystems } from "#lib/clusters/connect-systems";
import { CALLS_WINDOW_SECONDS, findMeshCalls, findTraefikCalls } from "#lib/metrics/find-calls";
import { type Db, db as ownDb } from "#lib/platform/db";
import { Denied, KeplerError, NotFound } from "#lib/platform/errors";
import { callsOf } from "./calls-rules.ts";
import { type CallsView } from "./calls-schema.ts";

export type CallsDeps = { db: Db; prometheus: Prometheus | null; now: () => Date };
const ownDeps = (): CallsDeps => ({ db: ownDb(), prometheus: ownSystems().prometheus, now: () => new Date() });

const WITHIN_MS = 5000;

/**
 * Who calls whom in an environment, with rate, errors and latency, as far as a person may see one of both ends (`teams`
 * are theirs; null = all). Prometheus being away or refusing is a state of the answer. Throws NotFound for an unknown
 * environment.
 */
export async function getCalls(
  environmentId: string,
  teams: readonly string[] | null,
  { signal }: { signal: AbortSignal },
  { db, prometheus, now }: CallsDeps = ownDeps(),
): Promise<CallsView> {
  const environment = await db.environment.findUnique({ where: { id: environmentId }, select: { namespace: true } });
  if (!environment) throw new NotFound("There is no such environment.");
  const { namespace } = environment;
  const at = now();
  const nothing = {
    ...{ windowSeconds: CALLS_WINDOW_SECONDS, at: at.toISOString(), problem: null },
    ...{ nodes: [], edges: [], hidden: 0 },
  };
  if (prometheus === null) return { ...nothing, state: "absent" };
  try {
    const terms = { now: at, signal, deadlineMs: WITHIN_MS };
    const [mesh, traefik, apps] = await Promise.all([
      findMeshCalls(prometheus, namespace, terms),
      findTraefikCalls(prometheus, namespace, terms),
      db.app.findMany({
        where: { retiredAt: null, releases: { some: { environmentId } } },
        select: { name: true, teamId: true },
      }),
    ]);
    const visible = new Set(apps.filter(({ teamId }) => teams?.includes(teamId) ?? true).map(({ name }) => name));
    const services = apps.map(({ name }) => name);
    return { ...nothing, state: "ok", ...callsOf({ namespace, mesh, traefik, services, visible }) };
  } catch (error) {
    if (!(error instanceof KeplerError) || signal.aborted) throw error;
    return { ...nothing, state: error instanceof Denied ? "forbidden" : "unreachable", problem: error.toPublic() };
  }
}
