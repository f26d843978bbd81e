import "server-only";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { env } from "#lib/platform/env";
import { SESSION_SECONDS } from "./sessions.ts";

const claims = z.object({ sid: z.uuid() });

/** `__Host-` binds the cookie to this very host, and browsers demand https for it. */
export const isSecure = (): boolean => env().url.startsWith("https://");
export const sessionCookieName = (): string => `${isSecure() ? "__Host-" : ""}kepler-session`;
export const sessionCookieOptions = () => ({ httpOnly: true, sameSite: "lax", path: "/", secure: isSecure() }) as const;

/** The session id inside the cookie's encrypted JWT (RFC 7516); null when it is not ours or has expired. */
export async function readSessionCookie(value: string | undefined): Promise<string | null> {
  if (!value) return null;
  try {
    return claims.parse(await decode({ token: value, secret: env().sessionSecret })).sid;
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
