import { type HealthState } from "#lib/apps/schema";
import { isTerminal } from "../release-rules.ts";
import { type ReleaseState } from "../schema.ts";

/** What health is decided from: rows, never a call. */
export type HealthFacts = {
  cluster: { state: "up" | "down"; since: Date } | null;
  /** Since when Kepler's account may not see what runs there; null = it may. */
  forbiddenSince: Date | null;
  /** Newest release of the app in the environment, whatever became of it; null = never released there. */
  newest: { state: ReleaseState; requestedAt: Date; endedAt: Date | null } | null;
  /** Newest one that is done. */
  current: { endedAt: Date | null } | null;
  /** The Deployment as the watch saw it last; null = the watch does not see one. */
  workload: { desired: number; ready: number; progressing: boolean } | null;
};

/** The order of the services list: what needs a person first. health-sql.ts is the same rule where the database sorts. */
export const TROUBLE_ORDER: readonly HealthState[] = [
  "failed",
  "degraded",
  "unreachable",
  "forbidden",
  "working",
  "running",
  "paused",
  "absent",
];

/**
 * How an app does in an environment, and since when as far as rows can tell. An unreachable cluster is not a dead app,
 * nor is one that does not let us look: it is said as what it is, and the last values stay.
 */
export function healthOf(facts: HealthFacts): { health: HealthState; since: Date | null } {
  const { cluster, forbiddenSince, newest, current, workload } = facts;
  if (!newest) return { health: "absent", since: null };
  if (cluster?.state === "down") return { health: "unreachable", since: cluster.since };
  if (forbiddenSince) return { health: "forbidden", since: forbiddenSince };
  if (!isTerminal(newest.state)) return { health: "working", since: newest.requestedAt };

  const ready = workload?.ready ?? 0;
  const desired = workload?.desired ?? 0;
  if (newest.state === "failed") return { health: ready > 0 ? "degraded" : "failed", since: newest.endedAt };
  if (!current) return { health: "absent", since: newest.endedAt };
  if (!workload) return { health: "failed", since: null };
  if (desired === 0) return { health: "paused", since: current.endedAt };
  if (ready === 0) return { health: "failed", since: null };
  // New pods that do not get through are trouble though the old ones serve: somebody changed the Deployment by hand.
  if (ready < desired || !workload.progressing) return { health: "degraded", since: null };
  return { health: "running", since: current.endedAt };
}
