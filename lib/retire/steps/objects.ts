import "server-only";
import { clusterKey } from "#lib/clusters/record-system";
import { KeplerError, NotFound } from "#lib/platform/errors";
import { refOf } from "#lib/releases/steps/apply";
import { lookAtCluster } from "../look-at-cluster.ts";
import {
  type ClusterStage,
  decideObjects,
  factsOfWait,
  leftBecause,
  type ObjectKey,
  objectWord,
  type SeenObject,
  stageOf,
} from "../retire-rules.ts";
import {
  adopt,
  asking,
  effect,
  keeps,
  LOOK_AGAIN_MS,
  type Looked,
  ledgerOf,
  merge,
  type StepContext,
  type Verdict,
} from "./step-context.ts";

type Cluster = { id: string; name: string; context: string };

/**
 * Removes the service's objects of one stage (null = of all) from every cluster that the ledger names, one a run. A
 * cluster that does not answer holds up the step, but not what can be done in the others.
 */
export async function clearObjects(context: StepContext, stage: ClusterStage | null): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  const failures: KeplerError[] = [];
  for (const cluster of await clustersOf(context)) {
    try {
      const verdict = await clearCluster(context, cluster, stage);
      if (verdict.is === "again") return verdict;
      verdicts.push(verdict);
    } catch (error) {
      if (!(error instanceof KeplerError)) throw error;
      failures.push(error);
    }
  }
  if (failures[0]) throw failures[0];
  const waiting = verdicts.find((verdict) => verdict.is === "wait");
  return waiting ?? { is: "done", ...merge(verdicts.filter((verdict) => verdict.is === "done")) };
}

/** The ledger is written before each effect, so that no other cluster can hold anything. */
async function clustersOf({ world, row }: StepContext): Promise<Cluster[]> {
  const named = new Set(row.app.ledger.map(({ system }) => system).filter((system) => system.startsWith("cluster:")));
  const clusters = await world.db.cluster.findMany({ orderBy: { name: "asc" } });
  const found = clusters.filter(({ id }) => named.delete(clusterKey(id)));
  if (named.size === 0) return found;
  throw new NotFound("The service has objects in a cluster that Kepler does not know any more.", {
    next: "Connect that cluster again, then try again.",
  });
}

async function clearCluster(context: StepContext, cluster: Cluster, stage: ClusterStage | null): Promise<Verdict> {
  const { world, row, signal } = context;
  const system = clusterKey(cluster.id);
  const ledger = ledgerOf(context, system);
  const kubernetes = world.kubernetes(cluster);
  const look = { kubernetes, appId: row.appId, signal };
  const seen = await asking(world, system, () => lookAtCluster(look, ledger, stage));
  const decision = decideObjects(seen, keeps(context));
  switch (decision.do) {
    case "remove": {
      const { object } = decision;
      await adopt(context, { system, kind: object.kind, key: object.key });
      // Foreground: the object stays until what it controls has gone, also where that has no label of Kepler's (an import).
      const remove = () => kubernetes.delete(refOf(object), { signal, propagation: "Foreground" });
      await effect(context, () => asking(world, system, remove));
      return { is: "again", removed: `${objectWord(object)} (${cluster.name})` };
    }
    case "wait":
      return { is: "wait", facts: factsOfWait(decision.for), afterMs: LOOK_AGAIN_MS };
    case "done":
      return { is: "done", ...(await account(context, system, seen, stage)) };
  }
}

/** What a look with nothing left to remove says of every ledger row of the stage. What is kept is written down, too. */
async function account(
  context: StepContext,
  system: string,
  seen: readonly SeenObject[],
  stage: ClusterStage | null,
): Promise<Looked> {
  const keep = keeps(context);
  const idOf = ({ kind, key }: ObjectKey) => `${kind} ${key}`;
  const kept = seen.filter(({ as, kind }) => as === "own" && leftBecause(kind, keep) !== null);
  for (const { kind, key } of kept) await adopt(context, { system, kind, key });
  const isKept = new Set(kept.map(idOf));
  const entries = ledgerOf(context, system).filter(
    ({ kind }) => leftBecause(kind, keep) !== "shared" && (stage === null || stageOf(kind) === stage),
  );
  const left = seen.filter((object) => object.as === "unmanaged" || object.as === "anothers");
  return {
    absent: entries.filter((entry) => !isKept.has(idOf(entry))).map(({ id }) => id),
    present: entries.filter((entry) => isKept.has(idOf(entry))).map(({ id }) => id),
    findings: left.map(({ as, kind, key }) => ({ system, kind, key, why: as === "anothers" ? as : "unmanaged" })),
  };
}
