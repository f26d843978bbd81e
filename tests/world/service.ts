import { randomUUID } from "node:crypto";
import { createApp } from "#lib/apps/create-app";
import { type CreateAppInput } from "#lib/apps/schema";
import { appSettings, DEFAULT_STRATEGY } from "#lib/apps/spec-schema";
import { requestFirstBuild } from "#lib/builds/request-first-build";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { bootstrapClusters } from "#lib/clusters/bootstrap-clusters";
import { type Db } from "#lib/platform/db";
import { openQueue } from "#lib/platform/queue";
import { PLAIN_SETTINGS, PLAIN_SOURCE } from "./plain-settings.ts";
import { type World } from "./sandbox.ts";

export type TestService = {
  appId: string;
  name: string;
  projectId: number;
  environmentId: string;
  teamId: string;
  userId: string;
};

type Options = { sample?: string; change?: Partial<CreateAppInput>; settings?: Partial<CreateAppInput["settings"]> };

/** A person in a team, and what the wizard's last step would send for a service of a sample. */
export async function wishForService(
  db: Db,
  world: World<"gitlab" | "kubernetes">,
  options: Options = {},
): Promise<{ userId: string; input: CreateAppInput }> {
  const { team, user } = await createTeam(db);
  await bootstrapClusters(db, { kubeconfig: world.kubernetes.kubeconfig, context: null, domain: "localhost:1" });
  const environment = await db.environment.findFirstOrThrow({ orderBy: { rank: "asc" }, select: { id: true } });
  const gitlab = createGitlab(world.gitlab);
  const project = await gitlab.getProject(options.sample ?? "samples/node-hello");
  const input: CreateAppInput = {
    ...PLAIN_SOURCE,
    teamId: team.id,
    environmentId: environment.id,
    name: `t-${randomUUID().slice(0, 8)}`,
    gitlabProjectId: project.id,
    settings: { ...SETTINGS, ...options.settings },
    idempotencyKey: randomUUID(),
    ...options.change,
  };
  return { userId: user.id, input };
}

/** A person in a team asks for a service of a sample, as the wizard's last step does; the worker has yet to hear of it. */
export async function createServiceForTest(
  db: Db,
  databaseUrl: string,
  world: World<"gitlab" | "registry" | "kubernetes">,
  options: Options = {},
): Promise<TestService> {
  const { userId, input } = await wishForService(db, world, options);
  const queue = await openQueue(databaseUrl, { supervise: false });
  try {
    const { enqueue } = queue;
    const gitlab = createGitlab(world.gitlab);
    const { appId, name } = await createApp(
      { db, gitlab, enqueue, registryUrl: world.registry.url, requestFirstBuild: requestFirstBuild(enqueue) },
      userId,
      input,
    );
    const { gitlabProjectId: projectId, environmentId, teamId } = input;
    return { appId, name, projectId, environmentId, teamId, userId };
  } finally {
    await queue.stop();
  }
}

const SETTINGS: CreateAppInput["settings"] = appSettings.parse({
  ...PLAIN_SETTINGS,
  readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 3 },
  strategy: { ...DEFAULT_STRATEGY, minReadySeconds: 0, drainSeconds: 0 },
});

async function createTeam(db: Db) {
  const id = randomUUID().slice(0, 8);
  const user = await db.user.create({ data: { username: `user-${id}`, name: "Test person" } });
  const team = await db.team.create({
    data: { slug: `team-${id}`, name: `Team ${id}`, memberships: { create: { userId: user.id, role: "manager" } } },
  });
  return { team, user };
}
