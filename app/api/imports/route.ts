import { route } from "#lib/access/route";
import { connectedRegistryUrl } from "#lib/apps/connected-gitlab";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { createImport } from "#lib/releases/import/create-import";
import { listImports } from "#lib/releases/import/list-imports";
import { createImportInput, createImportResult, importPlace, listImportsResult } from "#lib/releases/import/schema";

const scope = { team: "teamId", environment: "environmentId" } as const;

export const GET = route(
  { permission: "app.import", input: importPlace, output: listImportsResult, scope },
  ({ input, signal }) => listImports(input.environmentId, { signal }),
);

export const POST = route(
  { permission: "app.import", input: createImportInput, output: createImportResult, scope },
  async ({ db, enqueue, now, actor, input, signal, scope: { team }, audit }) => {
    const world = { db, enqueue, now, kubernetes: connectCluster, registryUrl: connectedRegistryUrl() };
    const created = await createImport(world, actor.id, input, { signal });
    audit({ kind: "app", id: created.appId, name: created.name, teamId: team.id });
    return created;
  },
);
