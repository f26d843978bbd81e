import { z } from "zod";
import { route } from "#lib/access/route";
import { listDrafts } from "#lib/apps/queries";
import { createDraft } from "#lib/apps/save-draft";
import { appDraftInput, appDraftView, listDraftsResult } from "#lib/apps/schema";

export const GET = route(
  { permission: "draft.edit", input: z.object({}), output: listDraftsResult },
  async ({ db, actor }) => ({ rows: await listDrafts(db, actor.id) }),
);

export const POST = route(
  { permission: "draft.edit", action: "draft.create", input: appDraftInput, output: appDraftView },
  async ({ db, actor, input, audit }) => {
    const draft = await createDraft(db, { userId: actor.id }, input);
    audit({ kind: "draft", id: draft.id });
    return draft;
  },
);
