import "server-only";
import { recordSystem, type SystemKey } from "#lib/clusters/record-system";
import { KeplerError } from "#lib/platform/errors";
import { type RetireStepName } from "../retire-rules.ts";
import { type RetireWorld } from "../retire-world.ts";
import { keepOf, type LedgerRow, type RetirementInWork } from "../retirement-row.ts";
import { type Finding } from "../schema.ts";

export type StepContext = {
  world: RetireWorld;
  row: RetirementInWork;
  step: RetireStepName;
  signal: AbortSignal;
};

export type Facts = Record<string, string | number | boolean>;

/** What was looked at in full: ids of ledger rows that were not found, of those that stay, and what was left alone. */
export type Looked = { absent: string[]; present: string[]; findings: Finding[] };

/** What became of one run of a step: one effect was performed; something is on its way; or there is nothing left to do. */
export type Verdict =
  | { is: "again"; removed: string }
  | { is: "wait"; facts: Facts; afterMs: number }
  | ({ is: "done" } & Looked);

export const LOOK_AGAIN_MS = 1_000;
export const nothingSeen = (): Looked => ({ absent: [], present: [], findings: [] });

/** Everything that was looked at in several places, as one. */
export const merge = (parts: readonly Looked[]): Looked => ({
  absent: parts.flatMap(({ absent }) => absent),
  present: parts.flatMap(({ present }) => present),
  findings: parts.flatMap(({ findings }) => findings),
});

export const ledgerOf = ({ row }: StepContext, system: string, kind?: string): LedgerRow[] =>
  row.app.ledger.filter((entry) => entry.system === system && (kind === undefined || entry.kind === kind));

export const keeps = ({ row }: StepContext) => keepOf(row);

/** One effect between two checkpoints. */
export async function effect({ world, step }: StepContext, run: () => Promise<unknown>): Promise<void> {
  await world.checkpoint?.(`retire.${step}.before-effect`);
  await run();
  await world.checkpoint?.(`retire.${step}.after-effect`);
}

/** Asks a system, and notes that it answered or why it did not. */
export async function asking<T>(
  { db, now }: Pick<RetireWorld, "db" | "now">,
  key: SystemKey,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    const answer = await ask();
    await recordSystem(db, key, "ok", now());
    return answer;
  } catch (error) {
    if (error instanceof KeplerError && error.system !== "kepler") await recordSystem(db, key, error, now());
    throw error;
  }
}

/**
 * Writes down what is about to be removed though nothing had written it down: an orphan, if it is not in the ledger. The
 * row comes before the effect here too, so that the proof speaks of it.
 */
export async function adopt(
  { world, row }: StepContext,
  entry: { system: string; kind: string; key: string },
): Promise<void> {
  const now = world.now();
  await world.db.ledgerEntry.upsert({
    where: { appId_system_kind_key: { appId: row.appId, ...entry } },
    update: { state: "present", verifiedAt: now },
    create: { appId: row.appId, ...entry, state: "present", adoptedAt: now, verifiedAt: now },
  });
}
