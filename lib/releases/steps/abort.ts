import "server-only";
import { doneBefore } from "#lib/diagnosis/done-before";
import { cutShort } from "../cut-short.ts";
import { isUntouched } from "../manifests/object.ts";
import { isRetiring, restoreBefore } from "../restore-before.ts";
import { applyObjects, manifestsOf, removeLeftovers } from "./apply.ts";
import { dropCanary } from "./canary-objects.ts";
import { giveBack } from "./give-back.ts";
import { type StepContext } from "./step-context.ts";

/**
 * Winds a release up. Where something ran before, a rollback to it is asked for in the same transaction; where nothing
 * did, the pods that were started are stopped again, and what was only taken in is given back.
 */
export async function abort(context: StepContext, touchedCluster: boolean): Promise<void> {
  const { deps, release } = context;
  const { db } = deps;
  // No other release follows one that touched nothing: a canary that it came upon would keep its share.
  if (!touchedCluster) await dropCanary(context);
  // What a retirement is about to remove need not be stopped, and the cluster need not answer.
  if (touchedCluster && !(await doneBefore(db, release)) && !(await isRetiring(db, release.app))) {
    if (isUntouched(release)) await giveBack(context);
    else await stop(context);
  }
  await deps.db.$transaction(async (tx) => {
    const cut = { id: release.id, appId: release.app.id, teamId: release.app.teamId };
    const guard = { version: release.version };
    const ended = await cutShort(tx, { release: cut, state: "aborted", while: guard, now: deps.now() });
    if (ended && touchedCluster) await restoreBefore(tx, release, "aborted", deps);
  });
}

/** Nothing ran there before: the pods that were started are stopped again. */
async function stop(context: StepContext): Promise<void> {
  const { release } = context;
  const stopped = { ...release, paused: false, spec: { ...release.spec, replicas: 0 } };
  const manifests = await manifestsOf(context, stopped);
  await applyObjects(context, manifests);
  await removeLeftovers(context, manifests);
}
