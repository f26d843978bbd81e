import "server-only";
import { type z } from "zod";
import { refKind } from "#lib/apps/schema";
import { toStepView } from "#lib/apps/step-rules";
import { type Db, type Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { publicError } from "#lib/platform/steps";
import { memoryOf } from "./build-row.ts";
import { type BuildRow, type BuildView, type ListBuildsResult, type listBuildsInput } from "./schema.ts";
import { toStageViews } from "./stage-rules.ts";

const rowSelect = {
  id: true,
  number: true,
  ref: true,
  refKind: true,
  commitSha: true,
  commitTitle: true,
  commitAuthor: true,
  trigger: true,
  requestedBy: { select: { name: true } },
  state: true,
  imageDigest: true,
  imageTag: true,
  requestedAt: true,
  startedAt: true,
  endedAt: true,
  error: true,
} as const satisfies Prisma.BuildSelect;

/** Builds of an app, newest first (index builds(app_id, requested_at)). */
export async function listBuilds(
  db: Db,
  appId: string,
  input: z.infer<typeof listBuildsInput>,
): Promise<ListBuildsResult> {
  const where = { appId, state: input.state };
  const [rows, total] = await Promise.all([
    db.build.findMany({
      where,
      orderBy: { number: "desc" },
      skip: (input.page - 1) * input.pageSize,
      take: input.pageSize,
      select: rowSelect,
    }),
    db.build.count({ where }),
  ]);
  return { rows: rows.map(toBuildRow), total };
}

/** One build with its steps and stages. Throws NotFound. */
export async function getBuildView(db: Db, id: string): Promise<BuildView> {
  const row = await db.build.findUnique({
    where: { id },
    select: {
      ...rowSelect,
      appId: true,
      app: { select: { name: true } },
      imageRepository: true,
      imageSizeBytes: true,
      jenkinsUrl: true,
      jenkinsBuildNumber: true,
      logBytes: true,
      logComplete: true,
      steps: { orderBy: { position: "asc" } },
    },
  });
  if (!row) throw new NotFound("There is no such build.");
  const run = row.steps.find((step) => step.name === "run");
  return {
    ...toBuildRow(row),
    appId: row.appId,
    app: row.app.name,
    imageRepository: row.imageRepository,
    imageSizeBytes: row.imageSizeBytes === null ? null : Number(row.imageSizeBytes),
    jenkinsUrl: row.jenkinsUrl,
    jenkinsBuildNumber: row.jenkinsBuildNumber,
    steps: row.steps.map(toStepView),
    stages: toStageViews(memoryOf(run?.detail).stages ?? []),
    logBytes: row.logBytes,
    logComplete: row.logComplete,
    expectedMs: await expectedMs(db, row.appId),
  };
}

type Selected = Prisma.BuildGetPayload<{ select: typeof rowSelect }>;

function toBuildRow(row: Selected): BuildRow {
  return {
    id: row.id,
    number: row.number,
    ref: row.ref,
    refKind: refKind.parse(row.refKind),
    commitSha: row.commitSha,
    commitTitle: row.commitTitle,
    commitAuthor: row.commitAuthor,
    trigger: row.trigger,
    requestedBy: row.requestedBy?.name ?? null,
    state: row.state,
    imageDigest: row.imageDigest,
    imageTag: row.imageTag,
    requestedAt: row.requestedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    error: publicError.safeParse(row.error).data ?? null,
  };
}

/** Median over the last successful builds, in milliseconds; null before there is one. */
async function expectedMs(db: Db, appId: string): Promise<number | null> {
  const rows = await db.build.findMany({
    where: { appId, state: "succeeded" },
    orderBy: { number: "desc" },
    take: 9,
    select: { requestedAt: true, endedAt: true },
  });
  const durations = rows.flatMap((row) => (row.endedAt ? [row.endedAt.getTime() - row.requestedAt.getTime()] : []));
  return durations.sort((a, b) => a - b)[Math.floor(durations.length / 2)] ?? null;
}
