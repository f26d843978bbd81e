import { z } from "zod";
import { route } from "#lib/access/route";
import { getTerminal } from "#lib/terminal/queries";
import { mayReviewTerminals } from "#lib/terminal/rules";
import { terminalView } from "#lib/terminal/schema";

export const GET = route(
  {
    permission: "app.terminal.own",
    input: z.object({ app: z.string(), id: z.uuid() }),
    output: terminalView,
    scope: { app: "app" },
  },
  async ({ input, scope, actor, db }) =>
    getTerminal(db, scope.app.id, input.id, {
      id: actor.id,
      mayReview: mayReviewTerminals(actor, scope.app.teamId),
    }),
);
