import { hookUrlFor } from "#lib/apps/naming-rules";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { APP_LABEL } from "#lib/clusters/label-rules";
import { NotFound } from "#lib/platform/errors";
import { KEPLER_URL, type Running, type startRetireWorld } from "./retire-world.ts";

type World = Awaited<ReturnType<typeof startRetireWorld>>;

/** What each system itself says that there still is of a service, without asking Kepler's reconciler or its ledger. */
export async function leftBehind({ ground, direct, project }: World, app: Running): Promise<string[]> {
  const hooks = await direct.gitlab.listHooks(project.id);
  const job = await direct.jenkins.findJob(`kepler-${app.name}`);
  const registry = ground.deps.clients.registry?.client;
  const tags = await registry?.listTags(app.name).catch(noneWhereNotFound);
  const { namespace: _, node: __, event: ___, ...kinds } = KINDS;
  const objects = await Promise.all(
    Object.values(kinds).map(async (kind) => {
      const options = { labelSelector: `${APP_LABEL}=${app.id}` };
      const { items } = await ground.kubernetes.list(kind, null, options).catch((error: unknown) => ({
        items: noneWhereNotFound(error),
      }));
      return items.map(({ metadata }) => `${kind.kind} ${metadata.name}`);
    }),
  );
  return [
    ...hooks.filter(({ url }) => url === hookUrlFor(KEPLER_URL, app.id)).map(() => "hook"),
    ...(job ? ["job"] : []),
    ...(tags ?? []).map((tag) => `tag ${tag}`),
    ...objects.flat(),
  ];
}

/** No such repository, or no such kind in this cluster. */
function noneWhereNotFound(error: unknown): [] {
  if (error instanceof NotFound) return [];
  throw error;
}
