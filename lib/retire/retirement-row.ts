import "server-only";
import { type StepChange, stepTimes } from "#lib/apps/step-rules";
import { type Db, Prisma, type Tx } from "#lib/platform/db";
import { type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type Finding, type KeepChoice } from "./schema.ts";

const include = {
  steps: { orderBy: { position: "asc" } },
  app: { include: { ledger: { orderBy: { createdAt: "asc" } } } },
} as const satisfies Prisma.RetirementInclude;

/** A retirement with what its reconciler needs. */
export type RetirementInWork = Prisma.RetirementGetPayload<{ include: typeof include }>;
export type LedgerRow = RetirementInWork["app"]["ledger"][number];

export const readRetirement = (db: Db, id: string): Promise<RetirementInWork | null> =>
  db.retirement.findUnique({ where: { id }, include });

export const keepOf = (row: { keepVolumes: boolean; keepImages: boolean }): KeepChoice => ({
  volumes: row.keepVolumes,
  images: row.keepImages,
});

export const retireStepOf = (row: RetirementInWork, name: string) => row.steps.find((step) => step.name === name);

export type RetirementChange = {
  retirement?: { state?: RetirementInWork["state"]; error?: PublicError; startedAt?: Date; endedAt?: Date };
  step?: StepChange;
  /** Ids of ledger rows that were looked for: not found, or found and kept. */
  absent?: readonly string[];
  present?: readonly string[];
  findings?: readonly Finding[];
  also?: (tx: Tx) => Promise<void>;
};

/** Writes all of it in one transaction if nobody changed the row since it was read; false = look again. */
export async function recordRetirement(
  db: Db,
  row: RetirementInWork,
  change: RetirementChange,
  now: Date,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const { error, ...retirement } = change.retirement ?? {};
    const { count } = await tx.retirement.updateMany({
      where: { id: row.id, version: row.version },
      data: {
        ...retirement,
        ...(error ? { error } : {}),
        ...(change.findings ? { findings: [...change.findings] } : {}),
        version: { increment: 1 },
      },
    });
    if (count === 0) return false;
    if (change.step) await writeStep(tx, row, change.step, now);
    await stamp(tx, change.absent, "absent", now);
    await stamp(tx, change.present, "present", now);
    await change.also?.(tx);
    await publish(tx, { kind: "retirement", subjectId: row.id, teamId: row.app.teamId, appId: row.appId });
    return true;
  });
}

async function stamp(tx: Tx, ids: readonly string[] | undefined, state: "absent" | "present", now: Date) {
  if (!ids?.length) return;
  await tx.ledgerEntry.updateMany({ where: { id: { in: [...ids] } }, data: { state, verifiedAt: now } });
}

async function writeStep(tx: Tx, row: RetirementInWork, change: StepChange, now: Date): Promise<void> {
  const before = retireStepOf(row, change.name);
  const times = change.state === before?.state ? {} : stepTimes(change.state, now);
  await tx.retirementStep.update({
    where: { retirementId_name: { retirementId: row.id, name: change.name } },
    data: {
      state: change.state,
      attempts: change.attempts,
      ...times,
      ...(change.error === undefined ? {} : { error: change.error ?? Prisma.DbNull }),
      ...(change.detail ? { detail: change.detail as Prisma.InputJsonObject } : {}),
    },
  });
}
