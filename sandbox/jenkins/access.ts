import { createHash, randomUUID } from "node:crypto";
import { parseAuthorization, secretsEqual } from "../platform/credentials.ts";
import { type Exchange, Refusal, type Reply } from "../platform/exchange.ts";

export const JENKINS_USER = "admin";
const VERSION = "2.528.3";
const CRUMB_FIELD = "Jenkins-Crumb";

export const jenkinsHeaders = { "x-jenkins": VERSION, "x-hudson": "1.395", "x-content-type-options": "nosniff" };

export const html = (status: number, title: string, detail: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { "content-type": "text/html;charset=utf-8", ...jenkinsHeaders, ...headers },
  body: `<html><head><title>Error ${status} ${title}</title></head><body><h2>HTTP ERROR ${status} ${title}</h2><p>${detail}</p></body></html>\n`,
});

type Secrets = { token: string; password: string };

/**
 * Jenkins' door: Basic with the API token, or with the password and, for writes, a crumb of the same session.
 * https://www.jenkins.io/doc/book/security/csrf-protection/
 */
export class Door {
  readonly #secrets: Secrets;
  readonly #salt = randomUUID();
  readonly #sessions = new Set<string>();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Throws the refusal unless the caller may go on. */
  check(exchange: Exchange): void {
    const way = this.#identify(exchange);
    const isWrite = exchange.method !== "GET" && exchange.method !== "HEAD";
    if (!isWrite || way === "token") return;
    const session = this.#sessionOf(exchange);
    const given = exchange.headers[CRUMB_FIELD.toLowerCase()] ?? exchange.query.get(CRUMB_FIELD);
    if (session === undefined || given !== this.#crumb(session)) {
      throw new Refusal(
        html(403, "No valid crumb was included in the request", "No valid crumb was included in the request"),
      );
    }
  }

  /** A crumb for the caller's session, which begins here if there is none. */
  issueCrumb(exchange: Exchange): { crumb: string; cookie: string } {
    const session = this.#sessionOf(exchange) ?? randomUUID();
    this.#sessions.add(session);
    return { crumb: this.#crumb(session), cookie: `JSESSIONID.kepler=${session}; Path=/; HttpOnly; SameSite=Lax` };
  }

  #identify(exchange: Exchange): "token" | "password" {
    const given = parseAuthorization(exchange.headers.authorization);
    if (given === undefined) {
      const headers = {
        "x-you-are-authenticated-as": "anonymous",
        "x-required-permission": "hudson.model.Hudson.Read",
      };
      throw new Refusal(html(403, "Forbidden", "Authentication required", headers));
    }
    if (given.scheme === "basic" && given.user === JENKINS_USER) {
      if (secretsEqual(given.password, this.#secrets.token)) return "token";
      if (secretsEqual(given.password, this.#secrets.password)) return "password";
    }
    throw new Refusal(
      html(401, "Unauthorized", "Invalid password/token for user", { "www-authenticate": 'Basic realm="Jenkins"' }),
    );
  }

  #sessionOf(exchange: Exchange): string | undefined {
    const session = /JSESSIONID\.kepler=([\w-]+)/.exec(exchange.headers.cookie ?? "")?.[1];
    return session !== undefined && this.#sessions.has(session) ? session : undefined;
  }

  #crumb(session: string): string {
    return createHash("sha256").update(`${JENKINS_USER}:${session}:${this.#salt}`).digest("hex");
  }
}

export { CRUMB_FIELD };
