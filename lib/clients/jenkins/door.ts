import "server-only";
import { Unavailable } from "#lib/platform/errors";
import { type HttpRequest, request } from "../http/request.ts";
import { type HttpReply, type HttpTarget } from "../http/target.ts";

export type Post = (path: string, options: Omit<HttpRequest, "path" | "method">) => Promise<HttpReply>;

/**
 * Jenkins answers a write with a redirect to a page about it, which nobody needs; so a 3xx is success,
 * unless it leads to a sign-in: then a proxy or a realm stands before Jenkins and nothing was written.
 */
export function postThrough(target: HttpTarget): Post {
  return async (path, options) => {
    const reply = await request(target, { ...options, method: "POST", path, redirect: "manual" });
    const location = reply.headers.get("location");
    const isRedirect = reply.status >= 300 && reply.status < 400;
    if (isRedirect && location && leadsToSignIn(target, location)) {
      throw new Unavailable("Jenkins sends the request to a sign-in page.", {
        system: target.system,
        next: "Check its address, and whether a proxy asks for a sign-in before it.",
        cause: { status: reply.status, location },
      });
    }
    return reply;
  };
}

function leadsToSignIn(target: HttpTarget, location: string): boolean {
  const { pathname } = new URL(location, target.baseUrl);
  return /\/(login|securityRealm|oauth2?|saml|sso)\b/i.test(pathname);
}
