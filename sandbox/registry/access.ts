import { createHmac } from "node:crypto";
import { z } from "zod";
import { parseAuthorization, secretsEqual } from "../platform/credentials.ts";
import { type Exchange, json, type Refusal, type Reply } from "../platform/exchange.ts";
import { refusal } from "./refusals.ts";

export const REGISTRY_USER = "kepler";
const SERVICE = "kepler-sandbox";
const TOKEN_SECONDS = 300;

/** What may be done with what: `repository:team/shop:pull,push`, `registry:catalog:*`. */
const accessSchema = z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) });
type Access = z.infer<typeof accessSchema>;

const claims = z.object({ access: z.array(accessSchema), exp: z.number() });

/**
 * The registry's door, as Distribution's token authentication: a request without a token is sent to `/token`, which
 * gives one for as much of the wanted as its caller may have. Anyone may pull; `kepler:<secret>` may do everything.
 * As Harbor does, the secret itself is taken too. https://distribution.github.io/distribution/spec/auth/token/
 */
export class Door {
  readonly #secret: string;
  readonly #now: () => number;

  constructor(secret: string, now: () => number) {
    this.#secret = secret;
    this.#now = now;
  }

  /** Throws the 401 with its challenge unless the request may go on. */
  check(exchange: Exchange): void {
    if (!exchange.path.startsWith("/v2")) return;
    const wanted = wantedBy(exchange);
    const granted = this.#granted(exchange.headers.authorization);
    if (granted === "everything") return;
    if (granted === undefined || !wanted.every((each) => covers(granted, each))) throw challenge(exchange, wanted);
  }

  /** `GET /token?service=&scope=` */
  issue(exchange: Exchange): Reply {
    const { authorization } = exchange.headers;
    const isOwner = this.#granted(authorization) === "everything";
    if (authorization !== undefined && !isOwner) throw refusal("UNAUTHORIZED", "incorrect username or password");
    const scopes = exchange.query.getAll("scope").flatMap((scope) => scope.split(" "));
    const access = scopes.flatMap((scope) => {
      const parsed = parseScope(scope);
      if (parsed === undefined) return [];
      return isOwner ? [parsed] : [{ ...parsed, actions: parsed.actions.filter((action) => action === "pull") }];
    });
    const seconds = Math.floor(this.#now() / 1000);
    const token = this.#sign({ iss: SERVICE, iat: seconds, exp: seconds + TOKEN_SECONDS, access });
    const issued_at = new Date(seconds * 1000).toISOString();
    return json(200, { token, access_token: token, expires_in: TOKEN_SECONDS, issued_at });
  }

  #granted(header: string | undefined): Access[] | "everything" | undefined {
    const given = parseAuthorization(header);
    if (given?.scheme === "basic")
      return given.user === REGISTRY_USER && secretsEqual(given.password, this.#secret) ? "everything" : undefined;
    if (given === undefined) return undefined;
    return secretsEqual(given.token, this.#secret) ? "everything" : this.#verify(given.token);
  }

  /** A JSON Web Token, RFC 7519, with HMAC: nobody but the registry has to read it. */
  #sign(payload: object): string {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const content = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(payload)}`;
    return `${content}.${this.#signature(content)}`;
  }

  #verify(token: string): Access[] | undefined {
    const [, content = "", payload = "", signature = ""] = /^([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(token) ?? [];
    if (content === "" || !secretsEqual(signature, this.#signature(content))) return undefined;
    const { access, exp } = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
    return exp * 1000 > this.#now() ? access : undefined;
  }

  #signature(content: string): string {
    return createHmac("sha256", this.#secret).update(content).digest("base64url");
  }
}

/** What a request needs, by its method and path; `/v2/` needs somebody, whoever it is. */
function wantedBy({ method, path, query }: Exchange): Access[] {
  if (path.startsWith("/v2/_catalog")) return [{ type: "registry", name: "catalog", actions: ["*"] }];
  const name = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)(?:\/|$)/.exec(path)?.[1];
  if (name === undefined) return [];
  const actions = ["GET", "HEAD"].includes(method) ? ["pull"] : method === "DELETE" ? ["delete"] : ["pull", "push"];
  const from = query.get("from");
  return [
    { type: "repository", name, actions },
    ...(query.has("mount") && from !== null ? [{ type: "repository", name: from, actions: ["pull"] }] : []),
  ];
}

const covers = (granted: Access[], { type, name, actions }: Access): boolean =>
  actions.every((action) =>
    granted.some(
      (each) =>
        each.type === type && each.name === name && (each.actions.includes(action) || each.actions.includes("*")),
    ),
  );

function parseScope(scope: string): Access | undefined {
  const [, type, name, actions = ""] = /^(\w+):(.+):([\w*,]+)$/.exec(scope) ?? [];
  return type === undefined || name === undefined ? undefined : { type, name, actions: actions.split(",") };
}

function challenge({ headers }: Exchange, wanted: Access[]): Refusal {
  const scope = wanted.map(({ type, name, actions }) => `${type}:${name}:${actions.join(",")}`).join(" ");
  const fields = { realm: `http://${headers.host ?? ""}/token`, service: SERVICE, ...(scope && { scope }) };
  const spelled = Object.entries(fields).map(
    ([field, value]) => `${field}="${value.replaceAll(/[^\x20-\x7e]|["\\]/g, "")}"`,
  );
  const detail = wanted.flatMap(({ type, name, actions }) =>
    actions.map((action) => ({ Type: type, Class: "", Name: name, Action: action })),
  );
  return refusal("UNAUTHORIZED", "authentication required", detail, {
    "www-authenticate": `Bearer ${spelled.join(",")}`,
    "docker-distribution-api-version": "registry/2.0",
  });
}
