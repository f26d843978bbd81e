import { route } from "#lib/access/route";
import { addressOf } from "#lib/access/route/read-request";
import { env } from "#lib/platform/env";
import { openTerminal } from "#lib/terminal/open-terminal";
import { listTerminals } from "#lib/terminal/queries";
import { mayReviewTerminals } from "#lib/terminal/rules";
import { listTerminalsInput, listTerminalsResult, openTerminalInput, openTerminalResult } from "#lib/terminal/schema";

export const GET = route(
  { permission: "app.terminal.own", input: listTerminalsInput, output: listTerminalsResult, scope: { app: "app" } },
  async ({ input, scope, actor, db }) =>
    listTerminals(db, scope.app.id, input, { id: actor.id, mayReview: mayReviewTerminals(actor, scope.app.teamId) }),
);

export const POST = route(
  {
    permission: "app.terminal",
    input: openTerminalInput,
    output: openTerminalResult,
    scope: { app: "app", environment: "environmentId" },
    action: "terminal.open",
  },
  async ({ input, scope, actor, db, now, request, audit }) => {
    const { app, environment } = scope;
    const { pod, container, reason } = input;
    const name = `${pod} / ${container}`;
    const about = { kind: "terminal", name, teamId: app.teamId };
    audit({ ...about, detail: { app: app.name, environment: environment.name, reason } });
    const world = { db, now, gateway: env().workerUrl };
    const opened = await openTerminal(world, actor, scope, { ...input, address: addressOf(request.headers) });
    audit({ ...about, id: opened.id, detail: { app: app.name, environment: environment.name, reason } });
    return opened;
  },
);
