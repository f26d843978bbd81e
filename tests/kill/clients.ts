import { sessionCookieName, writeSessionCookie } from "#lib/access/session-cookie";
import { createSession } from "#lib/access/sessions";
import { createApp } from "#lib/apps/create-app";
import { type CreateAppInput, createAppResult } from "#lib/apps/schema";
import { requestFirstBuild } from "#lib/builds/request-first-build";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { type Db } from "#lib/platform/db";
import { openQueue } from "#lib/platform/queue";
import { createRelease } from "#lib/releases/create-release";
import { type CreateReleaseInput } from "#lib/releases/schema";
import { type World } from "#tests/world/sandbox";

/** What a person asks for. Every request carries its own key, so that one which was not answered is asked again. */
export type Client = {
  createApp(input: CreateAppInput): Promise<{ appId: string; name: string }>;
  release(appId: string, input: CreateReleaseInput): Promise<void>;
  close(): Promise<void>;
};

type Parts = { db: Db; databaseUrl: string; userId: string; world: World<"gitlab" | "registry"> };

/** By the product's own use cases, without a web in between. */
export async function directClient({ db, databaseUrl, userId, world }: Parts): Promise<Client> {
  const queue = await openQueue(databaseUrl, { supervise: false });
  const { enqueue } = queue;
  const gitlab = createGitlab(world.gitlab);
  const outside = { gitlab, registryUrl: world.registry.url, requestFirstBuild: requestFirstBuild(enqueue) };
  return {
    createApp: (input) => createApp({ db, enqueue, ...outside }, userId, input),
    release: async (appId, input) => {
      await createRelease(appId, userId, input, { db, enqueue, now: () => new Date() });
    },
    close: () => queue.stop(),
  };
}

/** By web, as a browser that is signed in would. */
export async function webClient(url: string, { db, userId }: Pick<Parts, "db" | "userId">): Promise<Client> {
  const session = await createSession(db, { userId, userAgent: null, address: null, now: new Date() });
  const cookie = `${sessionCookieName()}=${await writeSessionCookie(session)}`;
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { cookie, origin: url, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  };
  return {
    createApp: async (input) => createAppResult.parse(await post("/api/apps", input)),
    release: async (appId, input) => {
      await post(`/api/apps/${appId}/releases`, input);
    },
    close: async () => undefined,
  };
}
