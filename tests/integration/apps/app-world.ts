import { randomUUID } from "node:crypto";
import { type CreateAppWorld } from "#lib/apps/create-app";
import { type CreateAppInput, createAppInput } from "#lib/apps/schema";
import { insertBuild } from "#lib/builds/insert-build";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { openQueue } from "#lib/platform/queue";
import { PLAIN_SETTINGS, PLAIN_SOURCE } from "#tests/world/plain-settings";
import { freshDatabase } from "#tests/world/postgres";
import { type SystemName, startWorld } from "#tests/world/sandbox";

/** A database with a team, a developer and an environment; GitLab and whichever other systems are asked for. */
export async function startAppWorld<Name extends SystemName>(systems: Name[]) {
  const [database, outside] = await Promise.all([freshDatabase(), startWorld(["gitlab" as const, ...systems])]);
  const { db } = database;
  const queue = await openQueue(database.url, { supervise: false });
  const gitlab = createGitlab(outside.gitlab);
  const team = await db.team.create({ data: { slug: "payments", name: "Payments" } });
  const user = await db.user.create({
    data: { username: "lin", name: "Lin", memberships: { create: { teamId: team.id, role: "developer" } } },
  });
  const cluster = await db.cluster.create({ data: { name: "c", context: "c", server: "http://127.0.0.1" } });
  const environment = await db.environment.create({
    data: { clusterId: cluster.id, name: "dev", namespace: "dev", purpose: "dev", rank: 10, domain: "dev.localhost" },
  });
  const world: CreateAppWorld = {
    db,
    gitlab,
    enqueue: queue.enqueue,
    registryUrl: "http://127.0.0.1:5000",
    requestFirstBuild: insertBuild,
  };
  return {
    ...world,
    outside,
    user,
    team,
    environment,
    /** The wizard's input for a sample, with its defaults accepted. */
    wanted: async (over: Partial<CreateAppInput> & { project?: string } = {}): Promise<CreateAppInput> =>
      wizardInput(gitlab, { teamId: team.id, environmentId: environment.id }, over),
    stop: async () => {
      await queue.stop();
      await database.drop();
      await outside.stop();
    },
  };
}

async function wizardInput(
  gitlab: Gitlab,
  place: { teamId: string; environmentId: string },
  { project = "samples/node-hello", ...over }: Partial<CreateAppInput> & { project?: string },
): Promise<CreateAppInput> {
  const { id } = await gitlab.getProject(project);
  return createAppInput.parse({
    ...PLAIN_SOURCE,
    ...place,
    name: `shop-${randomUUID().slice(0, 6)}`,
    gitlabProjectId: id,
    settings: PLAIN_SETTINGS,
    idempotencyKey: randomUUID(),
    ...over,
  });
}
