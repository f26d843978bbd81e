import "server-only";
import { z } from "zod";
import { type Db, Prisma, type Tx } from "#lib/platform/db";
import { type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { withRepository } from "./repository-rules.ts";
import { type StepChange, stepTimes } from "./step-rules.ts";

/** An app with what its provision reconciler needs. */
export type ProvisionRow = NonNullable<Awaited<ReturnType<typeof readProvision>>>;

export async function readProvision(db: Db, appId: string) {
  const row = await db.app.findUnique({ where: { id: appId }, include: { provisionSteps: true, ledger: true } });
  return row && withRepository(row);
}

export const provisionStepOf = (row: ProvisionRow, name: string) =>
  row.provisionSteps.find((step) => step.name === name);

export type ProvisionChange = {
  state?: ProvisionRow["provisionState"];
  error?: PublicError | null;
  steps?: StepChange[];
  also?: (tx: Tx) => Promise<void>;
};

/** Writes state and steps in one transaction if nobody changed them since they were read; false = look again. */
export async function recordProvision(db: Db, row: ProvisionRow, change: ProvisionChange, now: Date): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const { count } = await tx.app.updateMany({
      where: { id: row.id, provisionVersion: row.provisionVersion },
      data: {
        provisionVersion: { increment: 1 },
        provisionState: change.state,
        ...(change.error === undefined ? {} : { provisionError: change.error ?? Prisma.DbNull }),
      },
    });
    if (count === 0) return false;
    for (const step of change.steps ?? []) await writeStep(tx, row, step, now);
    await change.also?.(tx);
    await publish(tx, { kind: "app", subjectId: row.id, teamId: row.teamId, appId: row.id });
    return true;
  });
}

async function writeStep(tx: Tx, row: ProvisionRow, change: StepChange, now: Date): Promise<void> {
  const before = provisionStepOf(row, change.name);
  await tx.provisionStep.update({
    where: { appId_name: { appId: row.id, name: change.name } },
    data: {
      state: change.state,
      attempts: change.attempts,
      ...(change.state === before?.state ? {} : stepTimes(change.state, now)),
      ...(change.error === undefined ? {} : { error: change.error ?? Prisma.DbNull }),
      ...(change.detail ? { detail: facts.parse(change.detail) } : {}),
    },
  });
}

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
