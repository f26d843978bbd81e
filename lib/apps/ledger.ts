import "server-only";
import { type Db } from "#lib/platform/db";

/** Natural key of something that Kepler made in another system for an app. */
export type LedgerKey = { appId: string; system: string; kind: string; key: string };

/** Written before the effect, so that nothing can be created and forgotten. What is there already stays as it is. */
export async function planInLedger(db: Db, entry: LedgerKey): Promise<void> {
  await db.ledgerEntry.upsert({
    where: { appId_system_kind_key: entry },
    update: {},
    create: { ...entry, state: "planned" },
  });
}

/** Written after the effect, or when the object was found to be there. */
export async function markPresentInLedger(
  db: Db,
  entry: LedgerKey,
  found: { externalId: string | null; url: string | null },
  now: Date,
): Promise<void> {
  await db.ledgerEntry.update({
    where: { appId_system_kind_key: entry },
    data: { ...found, state: "present", verifiedAt: now },
  });
}
