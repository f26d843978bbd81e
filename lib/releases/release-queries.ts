import "server-only";
import { settledReplicas } from "#lib/apps/scaling-rules";
import { appSpec } from "#lib/apps/spec-schema";
import { podView } from "#lib/clusters/queries";
import { type Db, db as ownDb, type Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { publicError, stepView } from "#lib/platform/steps";
import { canaryPlanOf, canaryStanding } from "./canary/schema.ts";
import { stageEndsAtMs } from "./canary/stage-rules.ts";
import { takenFields } from "./drift/schema.ts";
import { leaseSelect, leaseView } from "./lease/queries.ts";
import { configObjectsOf } from "./manifests/config.ts";
import { expectedReleaseMs } from "./preview/expected-duration.ts";
import { specChanges } from "./preview/spec-diff-rules.ts";
import { PAUSABLE } from "./release-rules.ts";
import { runsRelease } from "./rollout-rules.ts";
import {
  BY_KEPLER,
  type ListReleasesInput,
  type ListReleasesResult,
  type ReleaseRow,
  type ReleaseView,
} from "./schema.ts";
import { podReleaseIn } from "./steps/check.ts";

const select = {
  id: true,
  number: true,
  appId: true,
  environmentId: true,
  kind: true,
  state: true,
  spec: true,
  imageDigest: true,
  reason: true,
  restoredPart: true,
  requestedAt: true,
  startedAt: true,
  endedAt: true,
  error: true,
  pausedAt: true,
  pausedBy: { select: { name: true } },
  proof: { select: { ready: true, reason: true, checkedAt: true } },
  environment: { select: { name: true } },
  build: { select: { number: true, commitSha: true, commitTitle: true } },
  restores: { select: { number: true } },
  requestedBy: { select: { name: true } },
} as const satisfies Prisma.ReleaseSelect;
type Row = Prisma.ReleaseGetPayload<{ select: typeof select }>;

/** An app's releases that fit, newest first; each with what it changed against the last one that was done before it. */
export async function listReleases(
  appId: string,
  input: ListReleasesInput,
  db: Db = ownDb(),
): Promise<ListReleasesResult> {
  const { page, pageSize } = input;
  const where = fitting(appId, input);
  const [rows, total, people] = await Promise.all([
    db.release.findMany({
      where,
      select,
      orderBy: [{ requestedAt: "desc" }, { number: "desc" }],
      skip: (page - 1) * pageSize,
      take: pageSize,
    }),
    db.release.count({ where }),
    db.user.findMany({
      where: { releases: { some: { appId } } },
      select: { id: true, name: true },
      orderBy: { name: "asc" },
    }),
  ]);
  return { rows: await Promise.all(rows.map((row) => releaseRow(db, row))), total, people };
}

function fitting(appId: string, { environment, kind, state, by, q }: ListReleasesInput): Prisma.ReleaseWhereInput {
  return {
    appId,
    kind,
    state,
    ...(environment ? { environment: { name: environment } } : {}),
    ...(by ? { requestedById: by === BY_KEPLER ? null : by } : {}),
    ...(q ? { OR: found(q) } : {}),
  };
}

const LARGEST_NUMBER = 2_147_483_647;

/** Where a text is looked for; index for the app's releases: releases_app_id_environment_id_number_key. */
function found(text: string): Prisma.ReleaseWhereInput[] {
  const number = /^#?(\d{1,10})$/.exec(text)?.[1];
  // LIKE's own signs stand for themselves.
  const literal = text.replace(/[\\%_]/g, "\\$&");
  const contains = { contains: literal, mode: "insensitive" } as const;
  return [
    { reason: contains },
    { build: { commitTitle: contains } },
    { build: { commitSha: { startsWith: literal.toLowerCase() } } },
    { spec: { path: ["image", "tag"], string_contains: literal } },
    ...(number && Number(number) <= LARGEST_NUMBER ? [{ number: Number(number) }] : []),
  ];
}

async function releaseRow(db: Db, row: Row): Promise<ReleaseRow> {
  const here = { appId: row.appId, environmentId: row.environmentId, state: "done" as const };
  const newestFirst = { number: "desc" } as const;
  const [before, current] = await Promise.all([
    db.release.findFirst({
      where: { ...here, number: { lt: row.number } },
      orderBy: newestFirst,
      select: { spec: true },
    }),
    db.release.findFirst({ where: here, orderBy: newestFirst, select: { number: true } }),
  ]);
  const spec = appSpec.parse(row.spec);
  return {
    id: row.id,
    number: row.number,
    environmentId: row.environmentId,
    environment: row.environment.name,
    kind: row.kind,
    state: row.state,
    imageDigest: row.imageDigest,
    version: spec.image.tag ?? null,
    commitSha: row.build?.commitSha ?? spec.image.commitSha ?? null,
    commitTitle: row.build?.commitTitle ?? null,
    buildNumber: row.build?.number ?? null,
    restoresNumber: row.restores?.number ?? null,
    restoredPart: row.restoredPart,
    requestedBy: row.requestedBy?.name ?? null,
    reason: row.reason,
    requestedAt: row.requestedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    error: publicError.nullable().parse(row.error),
    isCurrent: current?.number === row.number,
    paused:
      row.pausedAt && PAUSABLE.includes(row.state)
        ? { since: row.pausedAt.toISOString(), by: row.pausedBy?.name ?? null }
        : null,
    restorable: row.proof && {
      ready: row.proof.ready,
      reason: publicError.nullable().parse(row.proof.reason),
      checkedAt: row.proof.checkedAt.toISOString(),
    },
    changes: specChanges(before ? appSpec.parse(before.spec) : null, spec),
  };
}

const viewSelect = {
  ...select,
  rollbackOnFailure: true,
  canary: true,
  pausedMs: true,
  promotedAt: true,
  promotedBy: { select: { name: true } },
  takeOver: true,
  lease: { select: leaseSelect },
  app: { select: { name: true } },
  environment: { select: { name: true, clusterId: true, namespace: true } },
  steps: { orderBy: { position: "asc" } },
} as const satisfies Prisma.ReleaseSelect;

function stageEndsAt({ state, pausedAt, pausedMs, ...row }: Prisma.ReleaseGetPayload<{ select: typeof viewSelect }>) {
  const plan = canaryPlanOf.parse(row.canary);
  const standing = canaryStanding.safeParse(row.steps.find(({ name }) => name === "canary")?.detail).data;
  if (state !== "canary" || pausedAt !== null || plan === null || standing === undefined) return null;
  const endsAtMs = stageEndsAtMs(plan, standing, pausedMs);
  return endsAtMs === null ? null : new Date(endsAtMs).toISOString();
}

/** One release with its timeline, and the app's pods where it goes. */
export async function getReleaseView(releaseId: string, db: Db = ownDb()): Promise<ReleaseView> {
  const row = await db.release.findUnique({ where: { id: releaseId }, select: viewSelect });
  if (!row) throw new NotFound("There is no such release.");
  const { clusterId, namespace } = row.environment;
  const place = { appId: row.appId, environmentId: row.environmentId };
  const [facts, pods, workload, expectedMs, next] = await Promise.all([
    releaseRow(db, row),
    db.observedPod.findMany({ where: { appId: row.appId, clusterId, namespace }, orderBy: { createdAt: "desc" } }),
    db.observedWorkload.findUnique({
      where: { clusterId_namespace_name: { clusterId, namespace, name: row.app.name } },
      select: { desired: true },
    }),
    // How long a canary takes is for its stages and whoever promotes it to say.
    row.canary === null ? expectedReleaseMs(db, row) : null,
    db.release.findFirst({
      where: { ...place, number: { gt: row.number } },
      orderBy: { number: "asc" },
      select: { id: true, number: true, kind: true, requestedById: true },
    }),
  ]);
  const spec = appSpec.parse(row.spec);
  const configObjects = configObjectsOf({ app: row.app, spec });
  const runs = { podRelease: podReleaseIn(row), digest: row.imageDigest, configObjects };
  return {
    ...facts,
    appId: row.appId,
    app: row.app.name,
    spec,
    steps: row.steps.map((step) => stepView.parse(JSON.parse(JSON.stringify(step)))),
    pods: pods.map(podView),
    wanted: settledReplicas(spec, workload?.desired ?? 0),
    running: pods.filter((pod) => runsRelease(pod, runs)).length,
    rollbackOnFailure: row.rollbackOnFailure,
    canary: canaryPlanOf.parse(row.canary),
    stageEndsAt: stageEndsAt(row),
    promoted: row.promotedAt && { at: row.promotedAt.toISOString(), by: row.promotedBy?.name ?? null },
    lease: row.lease && leaseView(row.lease),
    pausable: PAUSABLE.includes(row.state),
    next: next && { id: next.id, number: next.number, kind: next.kind, byKepler: next.requestedById === null },
    expectedMs,
    takeOver: takenFields.parse(row.takeOver),
  };
}
