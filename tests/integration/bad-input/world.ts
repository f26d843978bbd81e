import { globSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "vitest";
import { z } from "zod";
import { type RouteHandler } from "#lib/access/route";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { type Db } from "#lib/platform/db";
import { freshDatabase } from "#tests/world/postgres";
import { startWorld } from "#tests/world/sandbox";
import { app, ORIGIN, person } from "../access/world.ts";

export type Refusals = Awaited<ReturnType<typeof startRefusals>>;
export type Sent = {
  method?: string;
  params?: Record<string, string>;
  query?: string;
  /** Sent as it is when text or bytes, else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
};

/** Every handler of app/api that asks for a sign-in, by its file and method. */
export async function guardedRoutes(): Promise<{ file: string; method: string; handler: RouteHandler }[]> {
  const found = [];
  for (const file of globSync("app/api/**/route.ts").filter((name) => !name.includes("nextauth"))) {
    const handlers: Record<string, RouteHandler> = await import(/* @vite-ignore */ resolve(file));
    for (const [method, handler] of Object.entries(handlers)) {
      if (handler.spec?.door === "permission") found.push({ file, method, handler });
    }
  }
  return found;
}

/** Two teams with a service each, a person in the first, a GitLab to search in: what stands behind the real handlers. */
export async function startRefusals() {
  const outside = await startWorld(["gitlab", "registry"]);
  process.env.KEPLER_URL = ORIGIN;
  process.env.LOG_LEVEL = "silent";
  process.env.GITLAB_URL = outside.gitlab.url;
  process.env.GITLAB_TOKEN = outside.gitlab.token;
  process.env.REGISTRY_URL = outside.registry.url;
  const database = await freshDatabase();
  const { db } = database;
  const lin = await person(db, "lin", { payments: "manager" });
  const sam = await person(db, "sam", { platform: "manager" });
  const project = await createGitlab(outside.gitlab).getProject("samples/node-hello");
  const mine = await app(db, "checkout", "payments");
  const theirs = await app(db, "ledger", "platform");
  const cluster = await db.cluster.create({ data: { name: "test", context: "test", server: "" } });
  const environment = await db.environment.create({
    data: { clusterId: cluster.id, name: "dev", namespace: "kepler-dev", purpose: "dev", rank: 0, domain: "localhost" },
  });

  /** Calls a handler as Next would, signed in as `cookie`. */
  const send = async (handler: RouteHandler, sent: Sent = {}, cookie = lin.cookie): Promise<Response> => {
    const { method = "GET", params = {}, query = "", body, headers = {} } = sent;
    const all = new Headers({ host: new URL(ORIGIN).host, origin: ORIGIN, cookie, ...headers });
    const raw = body === undefined || typeof body === "string" || body instanceof Uint8Array;
    if (body !== undefined && !all.has("content-type")) all.set("content-type", "application/json");
    const request = new Request(`${ORIGIN}/api/test${query}`, {
      method,
      headers: all,
      body: raw ? (body as BodyInit | undefined) : JSON.stringify(body),
    });
    return handler(request, { params: Promise.resolve(params) });
  };

  return {
    ...{ db, lin, sam, mine, theirs, environment, project, send },
    stop: async () => {
      await database.drop();
      await outside.stop();
    },
  };
}

/** Words, and no key of ours. */
const A_SENTENCE = /^(?![a-z-]+(\.[a-z-]+)*$)/;
const problem = z.object({
  error: z.object({
    code: z.string(),
    message: z.string().min(1),
    requestId: z.string(),
    fields: z
      .array(z.object({ path: z.string(), message: z.string().min(1), sentence: z.string().regex(A_SENTENCE) }))
      .optional(),
  }),
});

/** A 4xx whose body is a problem that a person can read; returns the paths of the wrong fields. */
export async function expectRefused(response: Response, about = ""): Promise<string[]> {
  const text = await response.text();
  expect(response.status, `${about} → ${response.status} ${text.slice(0, 300)}`).toBeGreaterThanOrEqual(400);
  expect(response.status, `${about} → ${response.status} ${text.slice(0, 300)}`).toBeLessThan(500);
  const { error } = problem.parse(JSON.parse(text));
  return (error.fields ?? []).map(({ path }) => path);
}

/** How much there is of everything that a request could make; the audit log keeps refusals on purpose. */
export async function countsOf(db: Db): Promise<Record<string, number>> {
  const [apps, drafts, specs, builds, releases, retirements, ledger, deliveries, events, terminals] = await Promise.all(
    [
      db.app.count(),
      db.appDraft.count(),
      db.appSpecDraft.count(),
      db.build.count(),
      db.release.count(),
      db.retirement.count(),
      db.ledgerEntry.count(),
      db.webhookDelivery.count(),
      db.outboxEvent.count(),
      db.terminalSession.count(),
    ],
  );
  return { apps, drafts, specs, builds, releases, retirements, ledger, deliveries, events, terminals };
}
