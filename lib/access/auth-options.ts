import "server-only";
import { type AuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { z } from "zod";
import { db } from "#lib/platform/db";
import { env } from "#lib/platform/env";
import { RateLimited } from "#lib/platform/errors";
import { isSecure, sessionCookieName, sessionCookieOptions } from "./session-cookie.ts";
import { revokeSession, SESSION_SECONDS } from "./sessions.ts";
import { signIn } from "./sign-in.ts";

const credentials = z.object({ username: z.string().trim().min(1).max(120), password: z.string().min(1).max(1024) });
const claims = z.object({ sid: z.uuid(), sub: z.uuid() });

/** Where people sign in; `?callbackUrl=` says where to go on. */
export const SIGN_IN_PAGE = "/sign-in";
/** What the page finds in `?error=` besides next-auth's own codes. */
export const RATE_LIMITED = "RateLimited";

/** next-auth 4 with a JWT that carries a session id and nothing else: the row decides on every request. */
export const authOptions = (address: string | null): AuthOptions => ({
  secret: env().sessionSecret,
  useSecureCookies: isSecure(),
  cookies: { sessionToken: { name: sessionCookieName(), options: sessionCookieOptions() } },
  pages: { signIn: SIGN_IN_PAGE, error: SIGN_IN_PAGE },
  session: { strategy: "jwt", maxAge: SESSION_SECONDS },
  providers: [
    Credentials({
      credentials: { username: {}, password: { type: "password" } },
      authorize: async (given, request) => {
        const parsed = credentials.safeParse(given);
        if (!parsed.success) return null;
        const userAgent = z.string().nullable().catch(null).parse(request.headers?.["user-agent"]);
        try {
          const signedIn = await signIn(db(), { ...parsed.data, address, userAgent, now: new Date() });
          return signedIn && { id: signedIn.sessionId, name: signedIn.name, userId: signedIn.userId };
        } catch (error) {
          // next-auth passes on the message alone.
          throw error instanceof RateLimited ? new Error(RATE_LIMITED, { cause: error }) : error;
        }
      },
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => {
      if (!user) return token;
      return { sid: user.id, sub: z.object({ userId: z.string() }).parse(user).userId };
    },
    session: ({ session }) => session,
  },
  events: {
    signOut: async ({ token }) => {
      const parsed = claims.safeParse(token);
      if (!parsed.success) return;
      await revokeSession(db(), parsed.data.sub, parsed.data.sid, new Date()).catch(() => undefined);
    },
  },
});
