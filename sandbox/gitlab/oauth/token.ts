import { createHash, randomBytes } from "node:crypto";
import { secretsEqual } from "../../platform/credentials.ts";
import { json, type Reply } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { type Gitlab, nextId } from "../context.ts";
import { type Application, type Token } from "../model.ts";
import { authenticate, oauthError } from "./applications.ts";
import { type CodeGrant, type Codes } from "./authorize.ts";
import { type Identity } from "./identity.ts";

/** As GitLab's: https://docs.gitlab.com/api/oauth2/ */
const ACCESS_SECONDS = 7200;

/** `/oauth/token` and `/oauth/revoke`. A refresh token works once: the second of two concurrent refreshes is refused. */
export function tokenRoutes(router: Router, gitlab: Gitlab, codes: Codes, identity: Identity): void {
  const { data } = gitlab.state;

  router.route("POST", "/oauth/token", async (exchange) => {
    const form = new URLSearchParams((await exchange.body()).toString("utf8"));
    const application = authenticate(gitlab, exchange, form);
    switch (form.get("grant_type")) {
      case "authorization_code": {
        const grant = codes.take(form.get("code") ?? "", gitlab.now().getTime());
        if (!grant || !isItsOwn(grant, application, form)) throw invalidGrant();
        return issue(gitlab, application, grant, identity.idToken(grant));
      }
      case "refresh_token": {
        const old = data.tokens.find(
          ({ grant }) => grant?.applicationId === application.id && grant.refresh === form.get("refresh_token"),
        );
        if (!old) throw invalidGrant();
        data.tokens = data.tokens.filter((each) => each !== old);
        return issue(gitlab, application, old);
      }
      default:
        throw oauthError(400, "unsupported_grant_type", "The authorization grant type is not supported.");
    }
  });

  router.route("POST", "/oauth/revoke", async (exchange) => {
    const form = new URLSearchParams((await exchange.body()).toString("utf8"));
    const application = authenticate(gitlab, exchange, form);
    const given = form.get("token");
    data.tokens = data.tokens.filter(
      ({ value, grant }) => grant?.applicationId !== application.id || (value !== given && grant.refresh !== given),
    );
    await gitlab.state.flush();
    return json(200, {});
  });
}

function isItsOwn(grant: CodeGrant, application: Application, form: URLSearchParams): boolean {
  const { challenge } = grant;
  if (grant.application !== application || form.get("redirect_uri") !== grant.redirectUri) return false;
  if (challenge === null) return true;
  const verifier = form.get("code_verifier") ?? "";
  const shown = challenge.method === "S256" ? createHash("sha256").update(verifier).digest("base64url") : verifier;
  return secretsEqual(shown, challenge.value);
}

const invalidGrant = () =>
  oauthError(
    400,
    "invalid_grant",
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
  );

async function issue(
  gitlab: Gitlab,
  application: Application,
  { userId, scopes }: Pick<Token, "userId" | "scopes">,
  idToken?: string,
): Promise<Reply> {
  const now = gitlab.now();
  const refresh = randomBytes(32).toString("hex");
  const token: Token = {
    id: nextId(gitlab),
    userId,
    name: application.name,
    scopes,
    value: randomBytes(32).toString("hex"),
    createdAt: now.toISOString(),
    grant: { applicationId: application.id, refresh, expiresAt: now.getTime() + ACCESS_SECONDS * 1000 },
  };
  gitlab.state.data.tokens.push(token);
  await gitlab.state.flush();
  const body = {
    access_token: token.value,
    token_type: "Bearer",
    expires_in: ACCESS_SECONDS,
    refresh_token: refresh,
    scope: scopes.join(" "),
    created_at: Math.floor(now.getTime() / 1000),
    ...(idToken && { id_token: idToken }),
  };
  return json(200, body, { "cache-control": "no-store" });
}
