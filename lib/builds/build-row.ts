import "server-only";
import { z } from "zod";
import { type StepChange, stepTimes } from "#lib/apps/step-rules";
import { type Db, Prisma, type Tx } from "#lib/platform/db";
import { publish } from "#lib/platform/events";
import { type BuildFacts, mayMove } from "./build-rules.ts";

/** A build with what its reconciler needs. */
export type BuildRow = NonNullable<Awaited<ReturnType<typeof readBuild>>>;

export const readBuild = (db: Db, id: string) =>
  db.build.findUnique({
    where: { id },
    include: {
      steps: true,
      app: { select: { name: true, teamId: true, provisionState: true, callbackSecret: true, retiredAt: true } },
    },
  });

export const stepOf = (row: BuildRow, name: string) => row.steps.find((step) => step.name === name);

/** What the reconciler remembers between runs, beside the facts shown to people. Times are RFC 3339. */
const memory = z
  .object({
    sentAt: z.iso.datetime(),
    stopSentAt: z.iso.datetime(),
    missingSince: z.iso.datetime().nullable(),
    stages: z.array(z.object({ name: z.string(), status: z.string(), durationMs: z.number() })),
  })
  .partial();
export type StepMemory = z.infer<typeof memory>;
/** Under one nested key, so that it never shows as a fact. */
const remembered = z.object({ memory });

export const memoryOf = (detail: unknown): StepMemory => remembered.safeParse(detail).data?.memory ?? {};

const date = (text: string | null | undefined): Date | null => (text ? new Date(text) : null);

export function factsOf(row: BuildRow): BuildFacts {
  const run = memoryOf(stepOf(row, "run")?.detail);
  return {
    state: row.state,
    queueId: row.jenkinsQueueId,
    runNumber: row.jenkinsBuildNumber,
    cancelRequested: row.cancelRequestedAt !== null,
    triggerSentAt: date(memoryOf(stepOf(row, "trigger")?.detail).sentAt),
    stopSentAt: date(run.stopSentAt),
    missingSince: date(run.missingSince),
  };
}

export type BuildChange = {
  build?: Prisma.BuildUncheckedUpdateManyInput & { state?: BuildRow["state"] };
  /** `memory` is merged into what the step remembers, `detail` into its facts. */
  steps?: (StepChange & { memory?: StepMemory })[];
  /** More to write in the same transaction. */
  also?: (tx: Tx) => Promise<void>;
};

/**
 * Writes row and steps in one transaction if nobody has changed the row since it was read; false = look again.
 * A change that would lead back, or out of a terminal state, is never written.
 */
export async function recordBuild(db: Db, row: BuildRow, change: BuildChange, now: Date): Promise<boolean> {
  const to = change.build?.state;
  if (to !== undefined && to !== row.state && !mayMove(row.state, to)) return false;
  return db.$transaction(async (tx) => {
    const { count } = await tx.build.updateMany({
      where: { id: row.id, version: row.version },
      data: { ...change.build, version: { increment: 1 } },
    });
    if (count === 0) return false;
    for (const step of change.steps ?? []) await writeStep(tx, row, step, now);
    await change.also?.(tx);
    await publish(tx, { kind: "build", subjectId: row.id, teamId: row.app.teamId, appId: row.appId });
    return true;
  });
}

async function writeStep(tx: Tx, row: BuildRow, change: NonNullable<BuildChange["steps"]>[number], now: Date) {
  const before = stepOf(row, change.name);
  const times = change.state === before?.state ? {} : stepTimes(change.state, now);
  const { error } = change;
  await tx.buildStep.update({
    where: { buildId_name: { buildId: row.id, name: change.name } },
    data: {
      state: change.state,
      attempts: change.attempts,
      ...times,
      // A step that ends without having been seen running began when it ended.
      ...(times.endedAt && change.state !== "skipped" && !before?.startedAt ? { startedAt: now } : {}),
      ...(error === undefined ? {} : { error: error ?? Prisma.DbNull }),
      ...(change.detail || change.memory ? { detail: mergeDetail(before?.detail, change) } : {}),
    },
  });
}

function mergeDetail(before: unknown, change: { detail?: Record<string, unknown>; memory?: StepMemory }) {
  const kept = z.record(z.string(), z.unknown()).safeParse(before).data ?? {};
  return z
    .json()
    .parse({ ...kept, ...change.detail, memory: { ...memoryOf(before), ...change.memory } }) as Prisma.InputJsonObject;
}
