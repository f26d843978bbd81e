import "server-only";
import { type Db } from "#lib/platform/db";
import { type Actor } from "./actor.ts";
import { actorOfToken } from "./api-tokens.ts";
import { readSessionCookie, sessionCookieIn } from "./session-cookie.ts";
import { actorOfSession } from "./sessions.ts";

/** Who sent a request with these headers: by `Authorization: Bearer` (RFC 6750) if there is one, else by the cookie. */
export async function authenticate(db: Db, headers: Headers, now: Date): Promise<Actor | null> {
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const [scheme, token] = authorization.split(" ");
    return scheme?.toLowerCase() === "bearer" && token ? actorOfToken(db, token, now) : null;
  }
  const sessionId = await readSessionCookie(sessionCookieIn(headers.get("cookie")));
  return sessionId === null ? null : actorOfSession(db, sessionId, now);
}
