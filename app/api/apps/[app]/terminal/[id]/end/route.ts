import { z } from "zod";
import { route } from "#lib/access/route";
import { requestEnd } from "#lib/terminal/end-terminal";
import { getTerminal } from "#lib/terminal/queries";
import { mayReviewTerminals } from "#lib/terminal/rules";

export const POST = route(
  {
    permission: "app.terminal.own",
    input: z.object({ app: z.string(), id: z.uuid() }),
    output: z.undefined(),
    scope: { app: "app" },
    action: "terminal.end",
  },
  async ({ input, scope, actor, db, now, audit }) => {
    const { app } = scope;
    const reader = { id: actor.id, mayReview: mayReviewTerminals(actor, app.teamId) };
    const terminal = await getTerminal(db, app.id, input.id, reader);
    const name = `${terminal.pod} / ${terminal.container}`;
    audit({ kind: "terminal", id: terminal.id, name, teamId: app.teamId, detail: { app: app.name, by: terminal.by } });
    await requestEnd(db, app, { id: terminal.id, by: actor.id }, now());
  },
);
