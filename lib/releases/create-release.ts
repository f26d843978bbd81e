import "server-only";
import { outsideError } from "#lib/apps/spec/domain-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type Prisma, type Tx } from "#lib/platform/db";
import { Conflict, fromPublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type CanaryPlan } from "./canary/schema.ts";
import { whyNoCanary } from "./canary/why-no-canary.ts";
import { cutShort } from "./cut-short.ts";
import { holdCommitLeft } from "./hold/held-commits.ts";
import { holdError } from "./hold/hold-rules.ts";
import { ownDeps, type ReleaseDeps, releaseJob } from "./jobs.ts";
import { beginLease } from "./lease/begin-lease.ts";
import { type PlannedIntent } from "./plan/choose-source.ts";
import { planRelease, type ReleasePlan } from "./plan/plan-release.ts";
import { IN_FLIGHT, stepsOf } from "./release-rules.ts";
import { lockRoutes, takenRoute } from "./routes/taken-routes.ts";
import { type AskedRelease } from "./schema.ts";

export type ReleaseRequest = {
  appId: string;
  requestedById: string | null;
  intent: PlannedIntent;
  reason: string | null;
  idempotencyKey: string;
  /** Number of the release that the request was made against; undefined when the asker has not looked. */
  expectedCurrent: number | null | undefined;
  /** Should it fail after it touched the cluster, go back to what ran before. */
  rollbackOnFailure?: boolean;
  /** Try it on a part of the requests first. */
  canary?: CanaryPlan;
  /** What a release that has just ended had brought there: going back from it is never refused and holds its commit. */
  leaves?: AppSpec;
};
type Created = { releaseId: string; number: number };

/**
 * Writes a release and asks the worker for it. A release still in flight there is superseded; the same key again answers
 * with the first release. Throws Conflict when another release came between preview and confirmation, Invalid for a canary where there can be none.
 */
export async function createRelease(
  appId: string,
  requestedById: string,
  input: AskedRelease,
  deps: ReleaseDeps = ownDeps(),
): Promise<Created> {
  const { reason, idempotencyKey, expectedCurrent, rollbackOnFailure, canary, ...intent } = input;
  const request = { appId, requestedById, intent, reason, idempotencyKey, expectedCurrent, rollbackOnFailure, canary };
  return deps.db.$transaction((tx) => createReleaseIn(tx, request, deps));
}

/** `createRelease` inside a transaction of the caller's. */
export async function createReleaseIn(
  tx: Tx,
  request: ReleaseRequest,
  deps: Pick<ReleaseDeps, "enqueue" | "now">,
): Promise<Created> {
  const { appId, intent, idempotencyKey } = request;
  const environmentId = intent.environmentId;
  // Numbers have no gaps and two people never both "come first": releases of one place are made one after another.
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`release:${appId}:${environmentId}`}, 0))`;
  // A retirement that is confirmed at this moment comes before or after: never a release that it has not seen.
  await tx.$queryRaw`select id from apps where id = ${appId}::uuid for share`;
  const first = await releaseOfKey(tx, { appId, environmentId, idempotencyKey });
  if (first) return first;

  const plan = await planRelease(tx, appId, intent, deps.now());
  refuseSurprise(plan, request.expectedCurrent);
  if (plan.hold && !request.leaves) throw holdError(plan.hold);
  if (!request.leaves) await refuseRoutes(tx, plan);
  const noCanary = request.canary ? await whyNoCanary(tx, plan) : null;
  if (noCanary) throw fromPublicError(noCanary);
  await supersede(tx, plan, deps.now());
  const release = await insert(tx, plan, request, deps.now());
  if (intent.kind === "rollback") await holdLeft(tx, plan, { ...request, id: release.id }, deps.now());
  await beginLease(tx, plan, { id: release.id, until: intent.leaseUntil }, deps);
  await keepSettings(tx, plan);
  await publish(tx, { kind: "release", subjectId: release.id, teamId: plan.app.teamId, appId });
  await deps.enqueue(tx, releaseJob, release.id);
  return { releaseId: release.id, number: plan.number };
}

/** The release that an earlier request with the same key made. */
export async function releaseOfKey(
  tx: Tx,
  key: { appId: string; environmentId: string; idempotencyKey: string },
): Promise<Created | null> {
  const where = { appId_environmentId_idempotencyKey: key };
  const first = await tx.release.findUnique({ where, select: { id: true, number: true } });
  return first && { releaseId: first.id, number: first.number };
}

function refuseSurprise(plan: ReleasePlan, expected: number | null | undefined): void {
  const current = plan.basis?.number ?? null;
  if (expected === undefined || expected === current) return;
  throw new Conflict(
    current === null
      ? "What this release was prepared against is no longer there."
      : `Release ${current} came in between: this one was prepared against ${expected ?? "nothing"}.`,
    { next: "Look at the new preview and confirm again." },
  );
}

async function refuseRoutes(tx: Tx, plan: ReleasePlan): Promise<void> {
  await lockRoutes(tx, plan);
  const { basis, spec, environment } = plan;
  const refused =
    outsideError(basis?.spec.exposure ?? null, spec.exposure, environment) ?? (await takenRoute(tx, plan));
  if (refused) throw fromPublicError(refused);
}

async function holdLeft(tx: Tx, plan: ReleasePlan, release: ReleaseRequest & { id: string }, now: Date): Promise<void> {
  const here = { appId: plan.app.id, environmentId: plan.environment.id };
  const from = (release.leaves ?? plan.basis?.spec)?.image;
  await holdCommitLeft(tx, { here, from, to: plan.spec.image, release, now });
}

async function supersede(tx: Tx, plan: ReleasePlan, now: Date): Promise<void> {
  const inFlight = await tx.release.findMany({
    where: { appId: plan.app.id, environmentId: plan.environment.id, state: { in: [...IN_FLIGHT] } },
    select: { id: true },
  });
  for (const { id } of inFlight) {
    const release = { id, appId: plan.app.id, teamId: plan.app.teamId };
    await cutShort(tx, { release, state: "superseded", while: { state: { in: [...IN_FLIGHT] } }, now });
  }
}

async function insert(tx: Tx, plan: ReleasePlan, request: ReleaseRequest, now: Date): Promise<{ id: string }> {
  return tx.release.create({
    data: {
      appId: plan.app.id,
      environmentId: plan.environment.id,
      number: plan.number,
      kind: request.intent.kind,
      spec: plan.spec,
      imageDigest: plan.spec.image.digest,
      buildId: plan.buildId ?? (await buildOfBasis(tx, plan)),
      restoresId: plan.restoresId,
      restoredPart: request.intent.restore ?? "all",
      ...(request.intent.takeOver?.length ? { takeOver: request.intent.takeOver } : {}),
      requestedById: request.requestedById,
      reason: request.reason,
      idempotencyKey: request.idempotencyKey,
      ...(request.canary && { canary: request.canary }),
      // What is tried on people's requests is not left with them when it fails.
      rollbackOnFailure: request.canary !== undefined || (request.rollbackOnFailure ?? false),
      requestedAt: now,
      steps: { create: stepsOf({ canary: request.canary ?? null }).map((name, position) => ({ name, position })) },
    },
    select: { id: true },
  });
}

/** A release that keeps the image keeps saying which build made it. */
async function buildOfBasis(tx: Tx, { basis, spec }: ReleasePlan): Promise<string | null> {
  if (!basis || basis.spec.image.digest !== spec.image.digest) return null;
  const row = await tx.release.findUnique({ where: { id: basis.id }, select: { buildId: true } });
  return row?.buildId ?? null;
}

/** The next release starts from these settings, also after a rollback: configuration goes back with the image. */
async function keepSettings(tx: Tx, { app, environment, spec }: ReleasePlan): Promise<void> {
  const { image: _, ...settings } = spec;
  const where = { appId_environmentId: { appId: app.id, environmentId: environment.id } };
  const value: Prisma.InputJsonValue = settings;
  await tx.appSpecDraft.upsert({
    where,
    create: { appId: app.id, environmentId: environment.id, spec: value },
    update: { spec: value, version: { increment: 1 } },
  });
}
