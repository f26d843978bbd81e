import "server-only";
import { allows } from "#lib/access/rules";
import { type Tx } from "#lib/platform/db";
import { createReleaseIn } from "./create-release.ts";
import { holdOn } from "./hold/held-commits.ts";
import { type ReleaseDeps } from "./jobs.ts";

/**
 * What follows a successful build by itself: the first release, into the environment chosen when the service was created,
 * and later ones where the service says that builds of its default ref are released. Asked twice, it answers once.
 * Production is never entered by somebody who could not have done it by hand.
 */
export async function releaseAfterBuild(
  tx: Tx,
  build: { id: string },
  deps: Pick<ReleaseDeps, "enqueue" | "now">,
): Promise<void> {
  const row = await tx.build.findUnique({
    where: { id: build.id },
    select: {
      id: true,
      appId: true,
      number: true,
      commitSha: true,
      ref: true,
      trigger: true,
      requestedById: true,
      app: {
        select: { teamId: true, createdById: true, defaultRef: true, autoReleaseEnvId: true, retiringAt: true },
      },
    },
  });
  if (!row || row.app.retiringAt) return;
  const environmentId = row.trigger === "create" ? await chosenAtCreation(tx, row.appId) : autoTarget(row);
  if (!environmentId) return;
  // Rolled back from once: a person decides whether it comes back.
  if (await holdOn(tx, { appId: row.appId, environmentId }, row.commitSha)) return;
  const requestedById = row.requestedById ?? (row.trigger === "create" ? row.app.createdById : null);
  if (!(await mayEnter(tx, environmentId, row.app.teamId, requestedById))) return;
  const request = {
    appId: row.appId,
    requestedById,
    intent: { environmentId, kind: "deploy" as const, buildId: row.id, settings: null, restoresNumber: null },
    reason: null,
    idempotencyKey: `build:${row.id}`,
    expectedCurrent: undefined,
  };
  await createReleaseIn(tx, request, deps);
}

const autoTarget = (row: { ref: string; app: { defaultRef: string; autoReleaseEnvId: string | null } }) =>
  row.ref === row.app.defaultRef ? row.app.autoReleaseEnvId : null;

/** The wizard leaves one draft, for the chosen environment; once anything was released there, people decide. */
async function chosenAtCreation(tx: Tx, appId: string): Promise<string | null> {
  const draft = await tx.appSpecDraft.findFirst({ where: { appId }, select: { environmentId: true } });
  if (!draft) return null;
  const released = await tx.release.count({ where: { appId, environmentId: draft.environmentId } });
  return released === 0 ? draft.environmentId : null;
}

async function mayEnter(tx: Tx, environmentId: string, teamId: string, userId: string | null): Promise<boolean> {
  const environment = await tx.environment.findUnique({ where: { id: environmentId }, select: { purpose: true } });
  if (environment?.purpose !== "prod") return environment !== null;
  if (!userId) return false;
  const user = await tx.user.findUnique({ where: { id: userId }, select: { isAdmin: true, memberships: true } });
  return user !== null && allows(user, "release.create.prod", teamId);
}
