import "server-only";
import { type z } from "zod";
import { type Db } from "#lib/platform/db";
import { Conflict, NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type AppDraftView, appDraftInput } from "./schema.ts";

type DraftInput = z.infer<typeof appDraftInput>;
type Owner = { userId: string };

/** A person works on a few services at once; hundreds of drafts are a mistake or an attack. */
const MOST_DRAFTS = 50;

/** Begins a draft of the person. Throws Conflict when there are too many. */
export async function createDraft(db: Db, owner: Owner, input: DraftInput): Promise<AppDraftView> {
  if ((await db.appDraft.count({ where: owner })) >= MOST_DRAFTS) {
    throw new Conflict("You have too many drafts.", { next: "Delete those that you do not need any more." });
  }
  return db.$transaction(async (tx) => {
    const row = await tx.appDraft.create({ data: { ...owner, ...input } });
    await publish(tx, { kind: "draft", subjectId: row.id, teamId: null, appId: null });
    return toDraftView(row);
  });
}

/** Saves over a draft: last writer wins, as one person types. Throws NotFound, also for somebody else's. */
export async function saveDraft(db: Db, owner: Owner, id: string, input: DraftInput): Promise<AppDraftView> {
  const [row] = await db.appDraft.updateManyAndReturn({ where: { id, ...owner }, data: input });
  if (!row) throw new NotFound("There is no such draft.");
  return toDraftView(row);
}

/** Throws NotFound, also for somebody else's. */
export async function deleteDraft(db: Db, owner: Owner, id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.appDraft.deleteMany({ where: { id, ...owner } });
    if (count === 0) throw new NotFound("There is no such draft.");
    await publish(tx, { kind: "draft", subjectId: id, teamId: null, appId: null });
  });
}

/** What the database holds was written by `appDraftInput`, and is parsed again all the same. */
export const toDraftView = (row: { id: string; step: number; body: unknown; updatedAt: Date }): AppDraftView => ({
  ...appDraftInput.parse({ step: row.step, body: row.body }),
  id: row.id,
  updatedAt: row.updatedAt.toISOString(),
});
