import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { parseAuthorization, secretsEqual } from "../../platform/credentials.ts";
import { type Exchange, empty, json, Refusal } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { requireActor } from "../access.ts";
import { type Gitlab, nextId } from "../context.ts";
import { type Application } from "../model.ts";
import { page } from "../paging.ts";
import { flag, parametersOf } from "../parameters.ts";
import { notFound, refuse } from "../refusals.ts";

export const SCOPES = ["openid", "profile", "email", "read_user", "read_api", "api"] as const;

const newApplication = z.object({
  name: z.string().min(1),
  /** One address a line. */
  redirect_uri: z.string().min(1),
  scopes: z.string(),
  confidential: flag.default(true),
});

/** https://docs.gitlab.com/api/applications/ — for administrators. */
export function applicationRoutes(router: Router, gitlab: Gitlab): void {
  const path = "/api/v4/applications";
  const { data } = gitlab.state;
  const requireAdmin = (exchange: Exchange) => {
    if (!requireActor(gitlab, exchange).user.admin) throw refuse(403, "403 Forbidden");
  };

  router.route("GET", path, (exchange) => {
    requireAdmin(exchange);
    return page(gitlab, exchange, { rows: data.applications, view: applicationView });
  });
  router.route("POST", path, async (exchange) => {
    requireAdmin(exchange);
    const wanted = await parametersOf(exchange, newApplication);
    const secret = `gloas-${randomBytes(32).toString("hex")}`;
    const application: Application = {
      id: nextId(gitlab),
      uid: createHash("sha256").update(randomBytes(16)).digest("hex"),
      // Only here is it ever told.
      secret,
      name: wanted.name,
      redirectUris: wanted.redirect_uri.split(/\s+/).filter(Boolean),
      scopes: wanted.scopes.split(/[\s,]+/).filter(Boolean),
      confidential: wanted.confidential,
    };
    data.applications.push(application);
    await gitlab.state.flush();
    return json(201, { ...applicationView(application), secret });
  });
  router.route("DELETE", `${path}/:id`, async (exchange) => {
    requireAdmin(exchange);
    const found = data.applications.find(({ id }) => String(id) === exchange.param("id"));
    if (!found) throw notFound("Application");
    data.applications = data.applications.filter((each) => each !== found);
    data.tokens = data.tokens.filter(({ grant }) => grant?.applicationId !== found.id);
    await gitlab.state.flush();
    return empty(204);
  });
}

/** An error of RFC 6749 §5.2. */
export const oauthError = (status: number, error: string, error_description: string): Refusal =>
  new Refusal(json(status, { error, error_description }, { "cache-control": "no-store" }));

/** The application that a request to the token endpoint authenticates as, in its Authorization header or in its form. */
export function authenticate(gitlab: Gitlab, exchange: Exchange, form: URLSearchParams): Application {
  const header = parseAuthorization(exchange.headers.authorization);
  const basic = header?.scheme === "basic" ? header : undefined;
  const uid = basic ? decodeURIComponent(basic.user) : form.get("client_id");
  const secret = basic ? decodeURIComponent(basic.password) : form.get("client_secret");
  const application = gitlab.state.data.applications.find((each) => each.uid === uid);
  const isKnown = application && (!application.confidential || secretsEqual(secret ?? "", application.secret));
  if (isKnown) return application;
  throw oauthError(
    401,
    "invalid_client",
    "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
  );
}

const applicationView = ({ id, uid, name, redirectUris, scopes, confidential }: Application) => ({
  id,
  application_id: uid,
  application_name: name,
  callback_url: redirectUris.join("\n"),
  confidential,
  scopes,
});
