import "server-only";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { sha256Hex } from "#lib/platform/crypto";
import { env } from "#lib/platform/env";
import { SESSION_SECONDS } from "./sessions.ts";

const claims = z.object({ sid: z.uuid(), exp: z.number() });

/**
 * What is in a cookie never changes, and opening it costs more than looking up its session: those that were opened last are
 * known by their hash. Whether the session still holds is asked of the database each time.
 */
const opened = new Map<string, z.infer<typeof claims>>();
const MOST_OPENED = 1_000;

/** `__Host-` binds the cookie to this very host, and browsers demand https for it. */
export const isSecure = (): boolean => env().url.startsWith("https://");
export const sessionCookieName = (): string => `${isSecure() ? "__Host-" : ""}kepler-session`;
export const sessionCookieOptions = () => ({ httpOnly: true, sameSite: "lax", path: "/", secure: isSecure() }) as const;

/** The session id inside the cookie's encrypted JWT (RFC 7516); null when it is not ours or has expired. */
export async function readSessionCookie(value: string | undefined): Promise<string | null> {
  if (!value) return null;
  const { sessionSecret: secret } = env();
  const key = sha256Hex(`${secret} ${value}`);
  const known = opened.get(key);
  if (known && known.exp * 1000 > Date.now()) return known.sid;
  try {
    const found = claims.parse(await decode({ token: value, secret }));
    opened.set(key, found);
    for (const old of [...opened.keys()].slice(0, -MOST_OPENED)) opened.delete(old);
    return found.sid;
  } catch {
    return null;
  }
}

/** What next-auth would put into the cookie for this session. */
export const writeSessionCookie = (sessionId: string): Promise<string> =>
  encode({ token: { sid: sessionId }, secret: env().sessionSecret, maxAge: SESSION_SECONDS });

/** The value of our cookie in a `Cookie` header (RFC 6265). */
export function sessionCookieIn(header: string | null): string | undefined {
  const name = `${sessionCookieName()}=`;
  const pairs = header?.split(";").map((pair) => pair.trim()) ?? [];
  return pairs.find((pair) => pair.startsWith(name))?.slice(name.length);
}
