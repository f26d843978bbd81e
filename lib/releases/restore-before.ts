import "server-only";
import { type AppSpec } from "#lib/apps/spec-schema";
import { doneBefore } from "#lib/diagnosis/done-before";
import { type Tx } from "#lib/platform/db";
import { createReleaseIn } from "./create-release.ts";
import { type TakenField } from "./drift/schema.ts";
import { type ReleaseDeps } from "./jobs.ts";

type Here = { number: number; app: { id: string }; environment: { id: string } };
type Ended = Here & { id: string; spec: AppSpec; takeOver: TakenField[] };

/** Is its service on its way out? */
export const isRetiring = async (db: Pick<Tx, "app">, app: { id: string }): Promise<boolean> =>
  (await db.app.count({ where: { id: app.id, retiringAt: { not: null } } })) > 0;

/**
 * Asks for a rollback to what ran before a release that has just ended badly, in the transaction that ends it, so that
 * there is no moment in which nobody is responsible. Does nothing where nothing ran before, and for a service whose
 * retirement will remove what is there.
 */
export async function restoreBefore(
  tx: Tx,
  ended: Ended,
  why: "aborted" | "failed",
  deps: Pick<ReleaseDeps, "enqueue" | "now">,
): Promise<void> {
  await tx.$queryRaw`select id from apps where id = ${ended.app.id}::uuid for share`;
  const before = await doneBefore(tx, ended);
  if (!before || (await isRetiring(tx, ended.app))) return;
  const intent = { kind: "rollback" as const, restoresNumber: before.number, buildId: null, settings: null };
  const request = {
    appId: ended.app.id,
    requestedById: null,
    // What a person had decided about others' changes holds for the way back too.
    intent: { ...intent, environmentId: ended.environment.id, takeOver: ended.takeOver },
    reason: why === "aborted" ? `Release ${ended.number} was aborted.` : `Release ${ended.number} failed.`,
    idempotencyKey: `${why === "aborted" ? "abort" : "failure"}:${ended.id}`,
    expectedCurrent: undefined,
    leaves: ended.spec,
  };
  await createReleaseIn(tx, request, deps);
}
