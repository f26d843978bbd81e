import { setTimeout as delay } from "node:timers/promises";
import { Forbidden, type KindRef, type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { KINDS, resourceOf } from "#lib/clients/kubernetes/kinds";
import { MANAGED_SELECTOR, UNMANAGED_SELECTOR } from "#lib/clusters/label-rules";
import { forgetUnwatched, STATE_RESOURCES } from "#lib/clusters/missing-rights";
import { type ObservedKind } from "#lib/clusters/observed-table";
import { recordMesh } from "#lib/clusters/record-mesh";
import { forgetUnlisted, recordObserved, seeRow } from "#lib/clusters/record-observed";
import { clusterKey, recordSystem } from "#lib/clusters/record-system";
import { type Db } from "#lib/platform/db";
import { type Logger } from "#lib/platform/logger";
import { accountRights } from "./account-rights.ts";
import { Batch } from "./batch.ts";
import { followKind } from "./follow-kind.ts";

type Deps = {
  db: Db;
  kubernetes: Kubernetes;
  cluster: { id: string };
  /** Namespaces whose events are wanted: events carry no labels. */
  namespaces: string[];
  now(): Date;
  random(): number;
  log: Logger;
  /** Something of these apps changed in the cluster: whoever waits for it may look. */
  onChanged(appIds: string[]): Promise<void>;
};

/** Browsers hear of a change within 100 ms: this at most, a transaction and a notification. */
const GATHER_MS = 40;
type Row = Record<string, unknown>;

/** Keeps the observed_* rows of one cluster equal to what its API server says, until `signal` aborts. */
export async function watchCluster(deps: Deps, signal: AbortSignal): Promise<void> {
  const own = (await placesToWatch(deps, signal)).map((namespace) => ({ namespace, labelSelector: MANAGED_SELECTOR }));
  const strangers = { labelSelector: UNMANAGED_SELECTOR, labelled: false };
  const followed: [ObservedKind, KindRef, Scope][] = [
    ...own.flatMap((place): [ObservedKind, KindRef, Scope][] => [
      ["pods", KINDS.pod, { ...place, labelled: true }],
      ["workloads", KINDS.deployment, place],
      ["workloads", KINDS.statefulSet, place],
    ]),
    ...deps.namespaces.flatMap((namespace): [ObservedKind, KindRef, Scope][] => [
      ["pods", KINDS.pod, { namespace, ...strangers }],
      ["events", KINDS.event, { namespace }],
    ]),
  ];
  const places = followed.map(([, kind, { namespace }]) => ({ resource: resourceOf(kind), namespace }));
  // Whoever watches now says what is missing.
  if (signal.aborted) return;
  await forgetUnwatched(deps.db, deps.cluster.id, places);
  await Promise.all([
    followMesh(deps, signal),
    ...followed.map(([observed, kind, scope]) => follow(deps, observed, kind, scope, signal)),
  ]);
}

const ASK_AGAIN_MS = 1_000;
/** All namespaces at once (null), or each of the environments' by itself where the account has no right beyond them. */
async function placesToWatch(deps: Deps, signal: AbortSignal): Promise<(string | null)[]> {
  const { db, cluster, kubernetes, namespaces, now } = deps;
  while (!signal.aborted) {
    try {
      const answers = await Promise.all(
        STATE_RESOURCES.map((resource) => kubernetes.canI("watch", resource, null, { signal })),
      );
      return answers.every(Boolean) ? [null] : namespaces;
    } catch (error) {
      if (signal.aborted) break;
      await recordSystem(db, clusterKey(cluster.id), error, now()).catch(() => undefined);
      await delay(ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return [];
}

const MESH_EVERY_MS = 60_000;

/** Istio comes and goes seldom; what fails here is told by the watches, which ask the same cluster. */
async function followMesh({ db, cluster, kubernetes, log }: Deps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await recordMesh(db, cluster, kubernetes, signal).catch((error: unknown) =>
      log.debug({ err: error }, "whether there is a mesh is not known"),
    );
    await delay(MESH_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

type Scope = { namespace: string | null; labelSelector?: string; labelled?: boolean };

async function follow(deps: Deps, observed: ObservedKind, kind: KindRef, scope: Scope, signal: AbortSignal) {
  const { db, cluster, kubernetes, random, log, now } = deps;
  const record = async (heard: Map<string, Row | null>) => {
    const appIds = await recordObserved(db, observed, cluster.id, heard, { now: now(), labelled: scope.labelled });
    if (appIds.length > 0) await deps.onChanged(appIds);
  };
  const listed = new Set<string>();
  // A batch that the database refused would leave the rows behind the cluster: only a new list puts that right.
  const broken = new AbortController();
  const batch = new Batch<Row | null>({
    gatherMs: GATHER_MS,
    flush: (heard) => record(heard),
    onError: (error) => {
      log.error({ err: error, observed }, "observed rows not written");
      broken.abort();
    },
  });
  const rights = accountRights(deps, { resource: resourceOf(kind), namespace: scope.namespace }, signal);
  // A cluster that refuses one kind of object answers: it is not down, and what it does not let us see is said. Where that
  // cannot be asked either, the refusal is all that is known.
  const recordTrouble = async (error: unknown) => {
    const isUp = error instanceof Forbidden && (await rights.onRefused().catch(() => false));
    await recordSystem(db, clusterKey(cluster.id), isUp ? "ok" : error, now());
  };
  const run = followKind({
    kubernetes,
    kind,
    ...scope,
    signal: AbortSignal.any([signal, broken.signal]),
    random,
    onPage: async (objects, isFirst) => {
      if (isFirst) {
        await batch.settled();
        listed.clear();
      }
      const rows = rowsOf(observed, objects);
      for (const [key] of rows) listed.add(key);
      await record(new Map(rows));
    },
    onListed: async () => {
      const whole = { namespace: scope.namespace, kind: kind.kind, labelled: scope.labelled };
      const appIds = await forgetUnlisted(db, observed, cluster.id, [...listed], whole);
      listed.clear();
      if (appIds.length > 0) await deps.onChanged(appIds);
    },
    onChange: (object, gone) => {
      for (const [key, row] of rowsOf(observed, [object])) batch.add(key, gone ? null : row);
    },
    onContact: async () => {
      await recordSystem(db, clusterKey(cluster.id), "ok", now());
      await rights.onContact();
    },
    onTrouble: async (error) => {
      log.warn({ err: error, observed }, "watch interrupted");
      await recordTrouble(error).catch(() => undefined);
    },
  });
  await run;
  if (broken.signal.aborted && !signal.aborted) await follow(deps, observed, kind, scope, signal);
}

const rowsOf = (observed: ObservedKind, objects: KubernetesObject[]): [string, Row][] =>
  objects.flatMap((object) => {
    const seen = seeRow[observed](object);
    return seen ? [[seen.key, seen.row]] : [];
  });
