import { z } from "zod";
import { route } from "#lib/access/route";
import { decideTerminal } from "#lib/terminal/decide-terminal";
import { getTerminal } from "#lib/terminal/queries";
import { decideTerminalInput } from "#lib/terminal/schema";

export const POST = route(
  {
    permission: "app.terminal.approve",
    input: decideTerminalInput,
    output: z.undefined(),
    scope: { app: "app" },
    action: "terminal.decide",
  },
  async ({ input, scope, actor, db, now, audit }) => {
    const { app } = scope;
    const { id, pod, container, by } = await getTerminal(db, app.id, input.id, { id: actor.id, mayReview: true });
    const about = { kind: "terminal", id, name: `${pod} / ${container}`, teamId: app.teamId };
    audit({ ...about, detail: { app: app.name, by, agree: input.agree } });
    await decideTerminal(db, app, { id, by: actor.id, agree: input.agree }, now());
  },
);
