import { randomBytes } from "node:crypto";
import { type Reply } from "../../platform/exchange.ts";
import { html, page } from "../../platform/markup.ts";
import { type Router } from "../../platform/router.ts";
import { type Gitlab } from "../context.ts";
import { type Application } from "../model.ts";

const CODE_LASTS_MS = 10 * 60_000;

/** What a code stands for until it is exchanged. */
export interface CodeGrant {
  application: Application;
  userId: number;
  redirectUri: string;
  scopes: string[];
  nonce: string | null;
  challenge: { method: string; value: string } | null;
  expiresAt: number;
}

/** Codes that were given out: each can be taken once. A restart forgets them, and people sign in again. */
export class Codes {
  readonly #grants = new Map<string, CodeGrant>();

  give(grant: CodeGrant): string {
    const code = randomBytes(32).toString("hex");
    this.#grants.set(code, grant);
    return code;
  }

  take(code: string, now: number): CodeGrant | undefined {
    const grant = this.#grants.get(code);
    this.#grants.delete(code);
    return grant && grant.expiresAt > now ? grant : undefined;
  }
}

/**
 * Where a person says who he is: instead of a password the sandbox offers everybody it knows.
 * https://docs.gitlab.com/api/oauth2/#authorization-code-flow
 */
export function authorizeRoutes(router: Router, gitlab: Gitlab, codes: Codes): void {
  router.route("GET", "/oauth/authorize", (exchange) => {
    const asked = readRequest(gitlab, exchange.query);
    return "status" in asked ? asked : picker(gitlab, asked, exchange.query);
  });
  router.route("POST", "/oauth/authorize", async (exchange) => {
    if (exchange.headers.origin !== gitlab.url) return refusalPage("This form belongs to another site.");
    const form = new URLSearchParams((await exchange.body()).toString("utf8"));
    const asked = readRequest(gitlab, form);
    return "status" in asked ? asked : answer(gitlab, asked, form, codes);
  });
}

type Asked = Omit<CodeGrant, "userId" | "expiresAt"> & { state: string | null };

/** The request, or what it is answered with when it cannot be served. Nobody is sent to an address that is not registered. */
function readRequest(gitlab: Gitlab, query: URLSearchParams): Asked | Reply {
  const application = gitlab.state.data.applications.find(({ uid }) => uid === query.get("client_id"));
  if (!application) return refusalPage("Client authentication failed due to unknown client.");
  const redirectUri = query.get("redirect_uri") ?? application.redirectUris[0] ?? "";
  if (!application.redirectUris.includes(redirectUri)) return refusalPage("The redirect URI included is not valid.");
  const state = query.get("state");
  const fail = (error: string, description: string) =>
    backTo(redirectUri, { error, error_description: description, state });
  if (query.get("response_type") !== "code")
    return fail("unsupported_response_type", "The authorization server does not support this response type.");
  const scopes = (query.get("scope") ?? application.scopes[0] ?? "").split(/\s+/).filter(Boolean);
  if (scopes.length === 0 || !scopes.every((scope) => application.scopes.includes(scope)))
    return fail("invalid_scope", "The requested scope is invalid, unknown, or malformed.");
  const value = query.get("code_challenge");
  if (!application.confidential && value === null) return fail("invalid_request", "Code challenge is required.");
  const method = query.get("code_challenge_method") ?? "plain";
  if (value !== null && method !== "S256" && method !== "plain")
    return fail("invalid_request", "The code challenge method must be plain or S256.");
  const challenge = value === null ? null : { method, value };
  return { application, redirectUri, scopes, state, nonce: query.get("nonce"), challenge };
}

function picker(gitlab: Gitlab, asked: Asked, query: URLSearchParams): Reply {
  const kept = [...query].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  const people = gitlab.state.data.users.map(
    ({ id, name, username }) =>
      html`<p><button name="user_id" value="${String(id)}">${name} <small>@${username}</small></button></p>`,
  );
  return page(
    "The sandbox's GitLab",
    200,
    `Who signs in to ${asked.application.name}?`,
    html`<p>It will get: <code>${asked.scopes.join(" ")}</code></p>
    <form method="post" action="/oauth/authorize">${kept} ${people}
    <p><button name="user_id" value="">Deny</button></p></form>`,
  );
}

function answer(gitlab: Gitlab, asked: Asked, form: URLSearchParams, codes: Codes): Reply {
  const { state, ...grant } = asked;
  const user = gitlab.state.data.users.find(({ id }) => String(id) === form.get("user_id"));
  if (!user) {
    const error_description = "The resource owner or authorization server denied the request.";
    return backTo(asked.redirectUri, { error: "access_denied", error_description, state });
  }
  const expiresAt = gitlab.now().getTime() + CODE_LASTS_MS;
  return backTo(asked.redirectUri, { code: codes.give({ ...grant, userId: user.id, expiresAt }), state });
}

function backTo(redirectUri: string, parameters: Record<string, string | null>): Reply {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, value);
  return { status: 302, headers: { location: url.href, "cache-control": "no-store" } };
}

const refusalPage = (sentence: string): Reply =>
  page("The sandbox's GitLab", 401, "An error has occurred", html`<p>${sentence}</p>`);
