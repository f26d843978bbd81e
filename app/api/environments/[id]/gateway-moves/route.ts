import { route } from "#lib/access/route";
import { createMove } from "#lib/releases/gateway/create-move";
import { previewMove } from "#lib/releases/gateway/preview-move";
import { reachOf } from "#lib/releases/gateway/queries";
import { createMoveInput, createMoveResult, movePreview, previewMoveInput } from "#lib/releases/gateway/schema";

/** What a move to `to` would come to. */
export const GET = route(
  { permission: "app.read", input: previewMoveInput, output: movePreview, scope: { ownTeams: true } },
  ({ db, actor, input }) => previewMove(reachOf(actor), input, db),
);

export const POST = route(
  { permission: "gateway.move", input: createMoveInput, output: createMoveResult, scope: { ownTeams: true } },
  async ({ db, enqueue, now, actor, input, audit }) => {
    const { bulkId } = await createMove(actor, reachOf(actor), input, { db, enqueue, now });
    audit({ kind: "gateway-move", id: bulkId, detail: { environment: input.id, to: input.to } });
    return { bulkId };
  },
);
