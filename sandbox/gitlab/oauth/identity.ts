import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { type Exchange, json, Refusal } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { bearerOf } from "../access.ts";
import { type Gitlab, userById } from "../context.ts";
import { ACCESS, type User } from "../model.ts";
import { SCOPES } from "./applications.ts";
import { type CodeGrant } from "./authorize.ts";

const ID_TOKEN_SECONDS = 120;

/** Says who somebody is, as OpenID Connect wants it: https://docs.gitlab.com/integration/openid_connect_provider/ */
export interface Identity {
  /** Undefined when `openid` was not asked for. */
  idToken(grant: CodeGrant): string | undefined;
}

export function createIdentity(gitlab: Gitlab): Identity {
  return {
    idToken: ({ application, userId, scopes, nonce }) => {
      if (!scopes.includes("openid")) return undefined;
      const user = userById(gitlab, userId);
      const now = Math.floor(gitlab.now().getTime() / 1000);
      // Names and all groups come from the userinfo endpoint alone.
      return jsonWebToken(gitlab, {
        iss: gitlab.url,
        aud: application.uid,
        iat: now,
        exp: now + ID_TOKEN_SECONDS,
        auth_time: now,
        ...(nonce !== null && { nonce }),
        ...subject(user),
        ...(scopes.includes("email") && emailOf(user)),
        groups_direct: groupsOf(gitlab, user).map(({ path }) => path),
      });
    },
  };
}

export function identityRoutes(router: Router, gitlab: Gitlab): void {
  for (const name of ["openid-configuration", "oauth-authorization-server"])
    router.route("GET", `/.well-known/${name}`, () => json(200, discovery(gitlab.url)));
  router.route("GET", "/oauth/discovery/keys", () => json(200, { keys: [publicKey(gitlab)] }));
  for (const method of ["GET", "POST"])
    router.route(method, "/oauth/userinfo", (exchange) => userinfo(gitlab, exchange));
}

function userinfo(gitlab: Gitlab, exchange: Exchange) {
  const actor = bearerOf(gitlab, exchange);
  const scopes = actor?.token.scopes ?? [];
  if (!actor || !scopes.includes("openid"))
    throw new Refusal(json(401, { error: "invalid_token" }, { "www-authenticate": 'Bearer error="invalid_token"' }));
  const { user } = actor;
  const profile = {
    name: user.name,
    nickname: user.username,
    preferred_username: user.username,
    profile: `${gitlab.url}/${user.username}`,
    picture: null,
  };
  const groups = groupsOf(gitlab, user);
  const owned = groups.filter(({ members }) =>
    members.some(({ userId, accessLevel }) => userId === user.id && accessLevel === ACCESS.owner),
  );
  return json(200, {
    ...subject(user),
    ...(scopes.includes("profile") && profile),
    ...(scopes.includes("email") && emailOf(user)),
    groups: groups.map(({ path }) => path),
    "https://gitlab.org/claims/groups/owner": owned.map(({ path }) => path),
  });
}

const subject = ({ id }: User) => ({
  sub: String(id),
  sub_legacy: createHash("sha256").update(`${id}-sandbox`).digest("hex"),
});

const emailOf = ({ email }: User) => ({ email, email_verified: true });

const groupsOf = (gitlab: Gitlab, user: User) =>
  gitlab.state.data.groups.filter(({ members }) => members.some(({ userId }) => userId === user.id));

const discovery = (url: string) => ({
  issuer: url,
  authorization_endpoint: `${url}/oauth/authorize`,
  token_endpoint: `${url}/oauth/token`,
  revocation_endpoint: `${url}/oauth/revoke`,
  userinfo_endpoint: `${url}/oauth/userinfo`,
  jwks_uri: `${url}/oauth/discovery/keys`,
  scopes_supported: SCOPES,
  response_types_supported: ["code"],
  response_modes_supported: ["query"],
  grant_types_supported: ["authorization_code", "refresh_token"],
  token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  claim_types_supported: ["normal"],
  claims_supported: [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "sub_legacy",
    "name",
    "nickname",
    "preferred_username",
    "email",
    "email_verified",
    "profile",
    "picture",
    "groups",
    "groups_direct",
    "https://gitlab.org/claims/groups/owner",
  ],
  code_challenge_methods_supported: ["plain", "S256"],
});

/** The key is made at its first use and kept, so that tokens outlive a restart. */
function privateKey(gitlab: Gitlab): string {
  const { data } = gitlab.state;
  if (data.signingKey === "") {
    const { privateKey: made } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    data.signingKey = made.export({ type: "pkcs8", format: "pem" }).toString();
    gitlab.state.changed();
  }
  return data.signingKey;
}

/** RFC 7517, named by its thumbprint (RFC 7638). */
function publicKey(gitlab: Gitlab) {
  const { kty, n, e } = createPublicKey(createPrivateKey(privateKey(gitlab))).export({ format: "jwk" });
  const kid = createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
  return { kty, n, e, kid, use: "sig", alg: "RS256" };
}

/** RFC 7519, signed with RS256. */
function jsonWebToken(gitlab: Gitlab, claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${encode({ typ: "JWT", alg: "RS256", kid: publicKey(gitlab).kid })}.${encode(claims)}`;
  return `${content}.${sign("sha256", Buffer.from(content), privateKey(gitlab)).toString("base64url")}`;
}
