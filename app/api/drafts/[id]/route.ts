import { z } from "zod";
import { route } from "#lib/access/route";
import { getDraft } from "#lib/apps/queries";
import { deleteDraft, saveDraft } from "#lib/apps/save-draft";
import { appDraftInput, appDraftView, draftId } from "#lib/apps/schema";

export const GET = route({ permission: "draft.edit", input: draftId, output: appDraftView }, ({ db, actor, input }) =>
  getDraft(db, actor.id, input.id),
);

export const PUT = route(
  { permission: "draft.edit", action: "draft.save", input: appDraftInput.extend(draftId.shape), output: appDraftView },
  ({ db, actor, input: { id, step, body }, audit }) => {
    audit({ kind: "draft", id });
    return saveDraft(db, { userId: actor.id }, id, { step, body });
  },
);

export const DELETE = route(
  { permission: "draft.edit", action: "draft.delete", input: draftId, output: z.void() },
  async ({ db, actor, input, audit }) => {
    audit({ kind: "draft", id: input.id });
    await deleteDraft(db, { userId: actor.id }, input.id);
  },
);
