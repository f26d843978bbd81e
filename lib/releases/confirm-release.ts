import "server-only";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { fromPublicError } from "#lib/platform/errors";
import { createRelease, releaseOfKey } from "./create-release.ts";
import { type ReleaseDeps } from "./jobs.ts";
import { planRelease } from "./plan/plan-release.ts";
import { examineRelease } from "./preview/examine-release.ts";
import { type AskedRelease } from "./schema.ts";

type Deps = ReleaseDeps & { kubernetes?(cluster: { context: string }): Kubernetes };

/**
 * What a person confirms after a preview: every gate that the preview showed is asked again, and the first that stands in
 * the way is thrown. Otherwise as `createRelease`. Unavailable when the cluster cannot be asked.
 */
export async function confirmRelease(
  appId: string,
  requestedById: string,
  input: AskedRelease,
  { signal }: { signal: AbortSignal },
  deps: Deps,
): Promise<{ releaseId: string; number: number }> {
  const { db, now, kubernetes = connectCluster } = deps;
  const { environmentId, idempotencyKey } = input;
  const first = await releaseOfKey(db, { appId, environmentId, idempotencyKey });
  if (first) return first;
  const plan = await planRelease(db, appId, input, now());
  const { gates } = await examineRelease(plan, input, {
    db,
    kubernetes: kubernetes(plan.environment.cluster),
    now: now(),
    signal,
  });
  const blocker = gates.find(({ blocks }) => blocks);
  if (blocker) throw fromPublicError(blocker.error);
  return createRelease(appId, requestedById, input, deps);
}
