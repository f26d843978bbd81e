import { route } from "#lib/access/route";
import { ownContainerOf } from "#lib/logs/own-container";
import { pinLog } from "#lib/logs/pin-log";
import { listPinnedLogsInput, listPinnedLogsResult, pinLogInput, pinLogResult } from "#lib/logs/pin-schema";
import { logSourceOf } from "#lib/logs/pod-log-stream";
import { listPinnedLogs } from "#lib/logs/queries";

export const GET = route(
  { permission: "app.logs", input: listPinnedLogsInput, output: listPinnedLogsResult, scope: { app: "app" } },
  async ({ input, scope, db }) => listPinnedLogs(db, scope.app.id, input),
);

export const POST = route(
  {
    permission: "app.logs.pin",
    input: pinLogInput,
    output: pinLogResult,
    scope: { app: "app", environment: "environmentId" },
    action: "log.pin",
  },
  async ({ input, scope: { app, environment }, actor, db, subscribe, now, audit }) => {
    const detail = { app: app.name, environment: environment.name, lines: input.lines.length, reason: input.reason };
    audit({ kind: "pinned-log", name: app.name, teamId: app.teamId, detail });
    const source = await logSourceOf({ db, subscribe }, { app, environment: environment.name, pods: [] });
    const container = input.container ?? (await ownContainerOf(db, app, environment.name));
    const pinned = await pinLog({ db, now, source }, actor, { app, environment }, { ...input, container });
    audit({ kind: "pinned-log", id: pinned.id, name: app.name, teamId: app.teamId, detail });
    return pinned;
  },
);
