import "server-only";
import { clusterKey } from "#lib/clusters/record-system";
import { type Db } from "#lib/platform/db";

/** `kind` is "<apiVersion>/<Kind>", `key` "<namespace>/<name>" (or the name alone for what has no namespace). */
export type LedgerKey = { kind: string; key: string };
type Owner = { app: { id: string }; cluster: { id: string } };

const where = ({ app, cluster }: Owner, { kind, key }: LedgerKey) => ({
  appId_system_kind_key: { appId: app.id, system: clusterKey(cluster.id), kind, key },
});

/** Before the effect: from now on these may exist, and nothing that exists can be forgotten. */
export async function ledgerPlanned(db: Db, owner: Owner, entries: readonly LedgerKey[]): Promise<void> {
  const rows = entries.map((entry) => ({
    ...entry,
    appId: owner.app.id,
    system: clusterKey(owner.cluster.id),
    state: "planned" as const,
  }));
  await db.$transaction(async (tx) => {
    await tx.ledgerEntry.createMany({ data: rows, skipDuplicates: true });
    for (const entry of entries) {
      await tx.ledgerEntry.updateMany({
        where: { appId: owner.app.id, system: clusterKey(owner.cluster.id), ...entry, state: "absent" },
        data: { state: "planned" },
      });
    }
  });
}

/** After the effect: the cluster answered with the object. */
export async function ledgerPresent(db: Db, owner: Owner, entry: LedgerKey, now: Date): Promise<void> {
  await db.ledgerEntry.update({ where: where(owner, entry), data: { state: "present", verifiedAt: now } });
}

/** What is there already: if this app had planned it, whoever made it did not live to write that down. */
export async function ledgerFound(db: Db, owner: Owner, { kind, key }: LedgerKey, now: Date): Promise<void> {
  await db.ledgerEntry.updateMany({
    where: { appId: owner.app.id, system: clusterKey(owner.cluster.id), kind, key, state: "planned" },
    data: { state: "present", verifiedAt: now },
  });
}

/** After a removal: looked for and not found. */
export async function ledgerAbsent(db: Db, owner: Owner, entry: LedgerKey, now: Date): Promise<void> {
  await db.ledgerEntry.update({ where: where(owner, entry), data: { state: "absent", verifiedAt: now } });
}

/** Objects in a namespace that may exist for this app, with those that are known to. */
export async function ledgerIn(
  db: Pick<Db, "ledgerEntry">,
  owner: Owner,
  namespace: string,
): Promise<(LedgerKey & { present: boolean })[]> {
  const rows = await db.ledgerEntry.findMany({
    where: {
      appId: owner.app.id,
      system: clusterKey(owner.cluster.id),
      key: { startsWith: `${namespace}/` },
      state: { not: "absent" },
    },
    select: { kind: true, key: true, state: true },
    orderBy: { createdAt: "asc" },
  });
  return rows.map(({ kind, key, state }) => ({ kind, key, present: state === "present" }));
}
