import "server-only";
import { createReleaseIn } from "../create-release.ts";
import { cutShort } from "../cut-short.ts";
import { renderManifests } from "../manifests.ts";
import { applyObjects, manifestInput } from "./apply.ts";
import { type StepContext } from "./step-context.ts";

/**
 * Winds a release up. Where something ran before, a rollback to it is asked for in the same transaction, so that there is
 * no moment in which nobody is responsible; where nothing did, the pods that were started are stopped again.
 */
export async function abort(context: StepContext, touchedCluster: boolean): Promise<void> {
  const { deps, release } = context;
  const here = { appId: release.app.id, environmentId: release.environment.id };
  const before = await deps.db.release.findFirst({
    where: { ...here, state: "done", number: { lt: release.number } },
    orderBy: { number: "desc" },
    select: { number: true },
  });
  if (touchedCluster && !before) {
    const stopped = { ...release, spec: { ...release.spec, replicas: 0 } };
    await applyObjects(context, renderManifests(manifestInput(stopped)));
  }
  await deps.db.$transaction(async (tx) => {
    const cut = { id: release.id, appId: release.app.id, teamId: release.app.teamId };
    const guard = { version: release.version };
    const ended = await cutShort(tx, { release: cut, state: "aborted", while: guard, now: deps.now() });
    if (!ended || !touchedCluster || !before) return;
    const intent = { kind: "rollback" as const, restoresNumber: before.number, buildId: null, settings: null };
    await createReleaseIn(
      tx,
      {
        appId: release.app.id,
        requestedById: null,
        intent: { ...intent, environmentId: release.environment.id },
        reason: `Release ${release.number} was aborted.`,
        idempotencyKey: `abort:${release.id}`,
        expectedCurrent: undefined,
      },
      deps,
    );
  });
}
