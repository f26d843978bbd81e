import { route } from "#lib/access/route";
import { connectedGitlab, connectedRegistryUrl } from "#lib/apps/connected-gitlab";
import { createApp } from "#lib/apps/create-app";
import { createAppInput, createAppResult, listAppsInput, listAppsResult } from "#lib/apps/schema";
import { requestFirstBuild } from "#lib/builds/request-first-build";
import { listAppsTogether } from "#lib/releases/queries";

export const GET = route(
  { permission: "app.read", input: listAppsInput, output: listAppsResult, scope: { ownTeams: true } },
  ({ db, actor, input }) => listAppsTogether(actor, input, db),
);

export const POST = route(
  {
    permission: "app.create",
    input: createAppInput,
    output: createAppResult,
    scope: { team: "teamId", environment: "environmentId" },
  },
  async ({ db, enqueue, actor, input, scope, audit }) => {
    const outside = { gitlab: connectedGitlab(), registryUrl: connectedRegistryUrl() };
    const created = await createApp(
      { db, enqueue, ...outside, requestFirstBuild: requestFirstBuild(enqueue) },
      actor.id,
      input,
    );
    audit({ kind: "app", id: created.appId, name: created.name, teamId: scope.team.id });
    return created;
  },
);
