import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { createApp } from "#lib/apps/create-app";
import { type ProvisionWorld } from "#lib/apps/provision-world";
import { reconcileProvision } from "#lib/apps/reconcile";
import { type CreateAppInput } from "#lib/apps/schema";
import { type BuildWorld } from "#lib/builds/build-world";
import { calledBackBuild, receiveCallback } from "#lib/builds/receive-callback";
import { deliveredApp, receivePush } from "#lib/builds/receive-push";
import { reconcileBuild } from "#lib/builds/reconcile";
import { createJenkins } from "#lib/clients/jenkins/create-jenkins";
import { createRegistry } from "#lib/clients/registry/create-registry";
import { open } from "#lib/platform/crypto";
import { type RunResult } from "#lib/platform/queue";
import { startAppWorld } from "../apps/app-world.ts";

/** GitLab, Jenkins and a registry, both reconcilers, and the two inboxes behind an address that those can reach. */
export async function startBuildWorld() {
  const ground = await startAppWorld(["jenkins" as const, "registry" as const]);
  const { db, enqueue, gitlab, outside } = ground;
  const now = () => new Date();
  const answered: string[] = [];
  const server = createServer((request, response) => {
    void receive(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(403).end(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const receive = async (
    request: AsyncIterable<Uint8Array> & { url?: string; headers: NodeJS.Dict<string | string[]> },
  ) => {
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const id = request.url?.split("/").at(-1) ?? "";
    if (request.url?.includes("/webhooks/")) {
      const verified = await deliveredApp({ db, open, now }, id, headers);
      answered.push((await receivePush({ db, enqueue, now }, verified, Buffer.concat(chunks).toString())).verdict);
    } else {
      await receiveCallback({ db, enqueue, now }, await calledBackBuild({ db, open }, id, headers));
      answered.push(`callback ${id}`);
    }
    return 202;
  };

  const jenkins = createJenkins(outside.jenkins);
  const registry = createRegistry(outside.registry);
  const succeeded: string[] = [];
  const shared = { db, jenkins, now, open, keplerUrl: `http://127.0.0.1:${port}` };
  const provision: ProvisionWorld = {
    ...shared,
    gitlab,
    gitLogin: { username: "oauth2", password: outside.gitlab.token },
    registryLogin:
      outside.registry.user && outside.registry.token
        ? { username: outside.registry.user, password: outside.registry.token }
        : null,
  };
  const build: BuildWorld = {
    ...shared,
    registry,
    secrets: [outside.gitlab.token],
    onBuildSucceeded: async (_tx, { id }) => void succeeded.push(id),
  };
  return {
    ...ground,
    jenkins,
    registry,
    provision,
    build,
    /** Ids of builds whose success was handed on. */
    succeeded,
    /** What the inboxes answered, in order. */
    answered,
    create: async (over: Parameters<typeof ground.wanted>[0] = {}) => {
      const world = { ...ground, registryUrl: outside.registry.url };
      const input: CreateAppInput = await ground.wanted(over);
      const { appId } = await createApp(world, ground.user.id, input);
      const { id: buildId } = await db.build.findFirstOrThrow({ where: { appId }, select: { id: true } });
      return { appId, buildId, input };
    },
    stop: async () => {
      server.close();
      await ground.stop();
    },
  };
}

/** Runs a reconciler as the queue would, until it says that it is done. */
export async function drive(step: () => Promise<RunResult>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const result = await step();
    if (result === "done" || !("requeueAfterMs" in result)) return;
    if (Date.now() > deadline) throw new Error(`not done within ${withinMs} ms`);
    await new Promise((due) => setTimeout(due, result.requeueAfterMs));
  }
}

export const provisionAndBuild = async (
  world: { provision: ProvisionWorld; build: BuildWorld },
  { appId, buildId }: { appId: string; buildId: string },
): Promise<void> => {
  await drive(() => reconcileProvision(world.provision, appId));
  await drive(() => reconcileBuild(world.build, buildId));
};
