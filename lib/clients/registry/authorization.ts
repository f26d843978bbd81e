import "server-only";
import { z } from "zod";
import { Denied } from "#lib/platform/errors";
import { failureOf } from "../http/failures.ts";
import { type HttpRequest, request, requestJson } from "../http/request.ts";
import { basicAuthorization, type HttpReply, type HttpTarget } from "../http/target.ts";

export type Credentials = { user?: string; token?: string };
export type Ask = (ask: HttpRequest) => Promise<HttpReply>;

type Challenge = { realm: string; service: string | null; scope: string | null };
type Grant = { token: string; endsAt: number };

const tokenReply = z
  .object({ token: z.string().optional(), access_token: z.string().optional(), expires_in: z.number().optional() })
  .transform((reply) => ({ token: reply.token ?? reply.access_token ?? "", seconds: reply.expires_in ?? 60 }));

/** Given up this long before their end, so that none runs out on its way. */
const EARLY_MS = 10_000;

/**
 * Requests as the registry wants them signed: with our credentials at once, or, when it answers 401 with a Bearer
 * challenge, with a token from the named service (https://distribution.github.io/distribution/spec/auth/token/).
 * Tokens are kept per challenge until shortly before they expire.
 */
export function authorizing(target: HttpTarget, credentials: Credentials, nowMs = () => performance.now()): Ask {
  const own = ownAuthorization(credentials);
  const grants = new Map<string, Grant>();

  const grantFor = async (challenge: Challenge, ask: HttpRequest): Promise<string> => {
    const key = JSON.stringify(challenge);
    const known = grants.get(key);
    if (known && known.endsAt > nowMs()) return known.token;
    const service: HttpTarget = { ...target, baseUrl: new URL(challenge.realm).origin, headers: own };
    const query = { service: challenge.service ?? undefined, scope: challenge.scope ?? undefined };
    const { signal, deadlineMs } = ask;
    const { value } = await requestJson(service, { signal, deadlineMs, path: challenge.realm, query }, tokenReply);
    grants.set(key, { token: value.token, endsAt: nowMs() + value.seconds * 1000 - EARLY_MS });
    return value.token;
  };

  return async (ask) => {
    const first = await request({ ...target, headers: own }, { ...ask, accept: [...(ask.accept ?? []), 401] });
    if (first.status !== 401) return first;
    const challenge = bearerChallenge(first.headers.get("www-authenticate"), target);
    if (!challenge) throw failureOf(target, first, null);
    const token = await grantFor(challenge, ask);
    return request(
      { ...target, headers: { authorization: `Bearer ${token}` }, secrets: [...target.secrets, token] },
      ask,
    );
  };
}

function ownAuthorization({ user, token }: Credentials): Record<string, string> {
  if (!token) return {};
  return { authorization: user ? basicAuthorization(user, token) : `Bearer ${token}` };
}

/** `Bearer realm="…",service="…",scope="…"` (RFC 6750 §3); null for any other scheme. */
function bearerChallenge(header: string | null, target: HttpTarget): Challenge | null {
  if (!header || !/^bearer\s/i.test(header)) return null;
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`, "i").exec(header)?.[1] ?? null;
  const realm = field("realm");
  if (!realm || !URL.canParse(realm)) return null;
  if (target.baseUrl.startsWith("https:") && !realm.startsWith("https:")) {
    throw new Denied("The registry sends us to a token service without encryption; the credentials stay here.", {
      system: target.system,
      cause: { realm },
    });
  }
  return { realm, service: field("service"), scope: field("scope") };
}
