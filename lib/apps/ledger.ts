import "server-only";
import { type Tx } from "#lib/platform/db";
import { KEEPABLE_KINDS } from "./retiring-rules.ts";

type LedgerTable = Pick<Tx, "ledgerEntry">;

/** Natural key of something that Kepler made in another system for an app. */
export type LedgerKey = { appId: string; system: string; kind: string; key: string };

/** Written before the effect, so that nothing can be created and forgotten. What is there already stays as it is. */
export async function planInLedger(db: LedgerTable, entry: LedgerKey): Promise<void> {
  await db.ledgerEntry.upsert({
    where: { appId_system_kind_key: entry },
    update: {},
    create: { ...entry, state: "planned" },
  });
}

/** Written after the effect, or when the object was found to be there. */
export async function markPresentInLedger(
  db: LedgerTable,
  entry: LedgerKey,
  found: { externalId: string | null; url: string | null },
  now: Date,
): Promise<void> {
  const present = { ...found, state: "present", verifiedAt: now } as const;
  await db.ledgerEntry.upsert({
    where: { appId_system_kind_key: entry },
    update: present,
    create: { ...entry, ...present },
  });
}

/** The repository that an app's builds push their images to; the first push makes it. */
export const imagesEntry = (app: { appId: string; imageRepository: string }): LedgerKey => ({
  appId: app.appId,
  system: "registry",
  kind: KEEPABLE_KINDS.images,
  key: app.imageRepository,
});
