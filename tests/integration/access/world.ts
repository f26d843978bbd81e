import { type TeamRole } from "#lib/access/rules";
import { sessionCookieName, writeSessionCookie } from "#lib/access/session-cookie";
import { createSession } from "#lib/access/sessions";
import { type Db } from "#lib/platform/db";

export const ORIGIN = "http://kepler.test";

/** A person with these roles (team slug → role; teams are made), and the cookie of their sign-in. */
export async function person(db: Db, username: string, roles: Record<string, TeamRole> = {}, isAdmin = false) {
  const user = await db.user.create({ data: { username, name: username, isAdmin } });
  for (const [slug, role] of Object.entries(roles)) {
    const team = await db.team.upsert({ where: { slug }, update: {}, create: { slug, name: slug } });
    await db.membership.create({ data: { teamId: team.id, userId: user.id, role } });
  }
  const session = await createSession(db, { userId: user.id, userAgent: null, address: null, now: new Date() });
  return { id: user.id, session, cookie: `${sessionCookieName()}=${await writeSessionCookie(session)}` };
}

/** An app of a team, as bare as a row can be. */
export async function app(db: Db, name: string, teamSlug: string) {
  const team = await db.team.upsert({
    where: { slug: teamSlug },
    update: {},
    create: { slug: teamSlug, name: teamSlug },
  });
  return db.app.create({
    data: {
      teamId: team.id,
      name,
      language: "nodejs",
      gitlabProjectId: 1,
      gitlabProjectPath: "samples/node-hello",
      repositoryUrl: "http://gitlab.test/samples/node-hello.git",
      defaultRef: "main",
      dockerfilePath: "Dockerfile",
      buildStrategy: "dockerfile",
      imageRepository: `registry.test/${name}`,
      webhookSecret: "sealed",
      callbackSecret: "sealed",
    },
  });
}

type Sent = {
  method?: string;
  cookie?: string;
  body?: unknown;
  headers?: Record<string, string>;
  params?: Record<string, string>;
};

/** Calls a handler as Next would. */
export function call(
  handler: (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>,
  { method = "GET", cookie, body, headers = {}, params = {} }: Sent = {},
): Promise<Response> {
  const all = new Headers({ host: "kepler.test", ...headers });
  if (cookie !== undefined) all.set("cookie", cookie);
  if (method !== "GET") {
    if (!all.has("origin")) all.set("origin", ORIGIN);
    all.set("content-type", "application/json");
  }
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request(`${ORIGIN}/api/test`, { method, headers: all, body: text });
  return handler(request, { params: Promise.resolve(params) });
}
