import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { recordMissing, type WatchedPlace } from "#lib/clusters/missing-rights";
import { type Db } from "#lib/platform/db";

const NEEDED = ["list", "watch"];

type Deps = { db: Db; kubernetes: Kubernetes; cluster: { id: string }; now(): Date };

/**
 * Keeps in rows which rights the watch of one place lacks. The cluster is asked for them
 * (https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access) when it refuses, and at
 * each contact until it has given them all; what an earlier watcher left is asked for once.
 */
export function accountRights({ db, kubernetes, cluster, now }: Deps, place: WatchedPlace, signal: AbortSignal) {
  let mayLack = true;
  const ask = async (): Promise<boolean> => {
    const given = await Promise.all(
      NEEDED.map((verb) => kubernetes.canI(verb, place.resource, place.namespace, { signal })),
    );
    const verbs = NEEDED.filter((_, i) => !given[i]);
    await recordMissing(db, cluster.id, place, { verbs, now: now() });
    mayLack = verbs.length > 0;
    return mayLack;
  };
  return {
    onContact: async () => void (mayLack && (await ask())),
    /** Is it a right that is missing? */
    onRefused: ask,
  };
}
