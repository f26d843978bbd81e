import { z } from "zod";
import { route } from "#lib/access/route";
import { collectTicket } from "#lib/terminal/open-terminal";
import { terminalTicket } from "#lib/terminal/schema";

export const POST = route(
  {
    permission: "app.terminal.own",
    input: z.object({ app: z.string(), id: z.uuid() }),
    output: terminalTicket,
    scope: { app: "app" },
    action: "terminal.collect",
  },
  async ({ input, scope, actor, db, now }) => collectTicket({ db, now }, actor, scope.app, input.id),
);
