import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { Prisma } from "#lib/platform/db";
import { isTransient, KeplerError, type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { ledgerIn } from "./ledger.ts";
import { tryObject } from "./preview/try-objects.ts";
import { renderRelease } from "./render-release.ts";
import { imageExists } from "./steps/check.ts";
import { type ReconcileReleaseDeps } from "./steps/step-context.ts";

/** So many completed releases of each place are kept ready to go back to. */
const KEPT = 10;
/** A proof is good for a day; what has only just ended needs none yet. */
const GOOD_FOR_MS = 86_400_000;
const YOUNG_MS = 3_600_000;
/** At most so many in one go: the cluster has other work. */
const AT_ONCE = 100;

/** Proves again, oldest proof first, what is due; a system that does not answer proves nothing either way. */
export async function proveDueReleases(
  deps: ReconcileReleaseDeps,
  { signal }: { signal: AbortSignal },
): Promise<{ proven: number; refuted: number }> {
  const counts = { proven: 0, refuted: 0 };
  for (const releaseId of await dueReleases(deps)) {
    signal.throwIfAborted();
    try {
      const ready = await proveRestorable(deps, releaseId, { signal });
      counts[ready ? "proven" : "refuted"] += 1;
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
  }
  return counts;
}

async function dueReleases({ db, now }: ReconcileReleaseDeps): Promise<string[]> {
  const before = (ms: number) => new Date(now().getTime() - ms);
  const rows = await db.$queryRaw<{ id: string }[]>`
    select kept.id::text from (
      select release.id, row_number() over (
        partition by release.app_id, release.environment_id order by release.number desc
      ) as newest
      from releases release join apps app on app.id = release.app_id
      where release.state = 'done' and release.ended_at < ${before(YOUNG_MS)} and app.retiring_at is null
    ) kept left join restore_proofs proof on proof.release_id = kept.id
    where kept.newest <= ${KEPT} and (proof.checked_at is null or proof.checked_at < ${before(GOOD_FOR_MS)})
    order by proof.checked_at nulls first limit ${AT_ONCE}`;
  return rows.map(({ id }) => id);
}

/** Could this release be restored now? Its image is there by its digest, and the API server would take its objects. */
export async function proveRestorable(
  deps: ReconcileReleaseDeps,
  releaseId: string,
  { signal }: { signal: AbortSignal },
): Promise<boolean> {
  const { db, now } = deps;
  const row = await db.release.findUniqueOrThrow({
    where: { id: releaseId },
    select: {
      number: true,
      spec: true,
      app: { select: { id: true, name: true, teamId: true } },
      environment: { select: { id: true, namespace: true, cluster: { select: { id: true, context: true } } } },
    },
  });
  const { app, environment, number } = row;
  const { namespace, cluster } = environment;
  const spec = appSpec.parse(row.spec);
  const obstacle = async (): Promise<PublicError | null> => {
    await imageExists({ deps, release: { spec }, signal });
    const owned = (await ledgerIn(db, { app, cluster }, namespace)).filter(({ present }) => present);
    const kubernetes = deps.clients.kubernetes(cluster);
    const input = { app, environment, spec, releaseNumber: number, podRelease: number };
    for (const manifest of await renderRelease(db, input)) {
      const { refusal } = await tryObject({ kubernetes, signal }, manifest, owned);
      if (refusal) return refusal;
    }
    return null;
  };
  const reason = await obstacle().catch((error: unknown) => {
    if (!(error instanceof KeplerError) || isTransient(error)) throw error;
    return error.toPublic();
  });
  const proof = { ready: reason === null, reason: reason ? json(reason) : Prisma.DbNull, checkedAt: now() };
  await db.$transaction(async (tx) => {
    await tx.restoreProof.upsert({ where: { releaseId }, create: { releaseId, ...proof }, update: proof });
    await publish(tx, { kind: "release", subjectId: releaseId, teamId: app.teamId, appId: app.id });
  });
  return proof.ready;
}

const json = (error: PublicError): Prisma.InputJsonObject => JSON.parse(JSON.stringify(error));
