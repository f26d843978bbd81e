import "server-only";
import { Conflict, Denied, Invalid, type KeplerError, NotFound, RateLimited, Unavailable } from "#lib/platform/errors";
import { retryAfterMs } from "./retry-after.ts";
import { type HttpReply, type HttpTarget } from "./target.ts";

/** Who speaks, for errors and their sentences. */
export type Speaker = Pick<HttpTarget, "system" | "name" | "secrets">;

const LONGEST_DETAIL = 300;

/**
 * An HTTP status as one of the six errors. `detail` is the system's own explanation, already fit to be shown:
 * it is repeated only where it tells a person what to change.
 */
export function failureOf(speaker: Speaker, reply: HttpReply, detail: string | null, nowMs = Date.now()): KeplerError {
  const { system, name } = speaker;
  const { status } = reply;
  const cause = { status, detail };
  const why = detail ? `: ${masked(speaker, detail)}` : ".";
  if (status === 401) {
    return new Denied(`${name} refuses the token (401).`, { system, cause, next: "An admin must renew it." });
  }
  if (status === 403) {
    return new Denied(`${name} does not allow this (403).`, {
      system,
      cause,
      next: "An admin must widen the token's rights.",
    });
  }
  if (status === 404) return new NotFound(`${name} does not have this (404)${why}`, { system, cause });
  if (status === 409 || status === 412)
    return new Conflict(`${name} sees a conflict (${status})${why}`, { system, cause });
  if (status === 429) {
    return new RateLimited(`${name} asks to be called less often (429).`, {
      system,
      cause,
      next: "Kepler tries again by itself.",
      retryAfterMs: retryAfterMs(reply.headers, nowMs),
    });
  }
  if (status >= 500 || status === 408) {
    return new Unavailable(`${name} has a problem of its own (${status}).`, {
      system,
      cause,
      retryAfterMs: retryAfterMs(reply.headers, nowMs),
    });
  }
  if (status >= 300 && status < 400) {
    return new Unavailable(`${name} sends the request elsewhere (${status}).`, {
      system,
      cause,
      next: "Check its address.",
    });
  }
  return new Invalid(`${name} does not accept the request (${status})${why}`, { system, cause });
}

/** The system answered, but not in its protocol: a proxy's page, a cut-off or foreign document. */
export function notItsProtocol(speaker: Speaker, what: string, cause: unknown): Unavailable {
  return new Unavailable(`${speaker.name} answered something that is not ${what}.`, {
    system: speaker.system,
    cause,
    next: "Check its address, and whether a proxy stands in between.",
  });
}

/** No answer: the deadline passed, the caller gave up, or the connection failed. */
export function noAnswer(
  speaker: Speaker,
  cause: unknown,
  told: { calledOff: boolean; late: boolean; deadlineMs: number },
): Unavailable {
  const { system, name } = speaker;
  if (told.calledOff) return new Unavailable(`${name} was asked, but the request was called off.`, { system, cause });
  if (told.late) {
    return new Unavailable(`${name} has not answered within ${told.deadlineMs / 1000} s.`, { system, cause });
  }
  return new Unavailable(connectionTrouble(cause)(name), { system, cause });
}

type Trouble = (name: string) => string;
const TROUBLES: [pattern: RegExp, sentence: Trouble][] = [
  [/ECONNREFUSED/, (name) => `${name} refuses connections.`],
  [/ENOTFOUND|EAI_AGAIN/, (name) => `${name} has a host name that cannot be resolved.`],
  [/ETIMEDOUT|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH/, (name) => `${name} cannot be reached over the network.`],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|EPROTO/, (name) => `${name} shows a certificate that is not trusted.`],
];
const BROKEN_OFF: Trouble = (name) => `${name} broke off the connection.`;

/** Error codes sit at different depths (fetch wraps them, happy eyeballs bundles them), so the whole chain is read. */
function connectionTrouble(error: unknown): Trouble {
  const codes: string[] = [];
  for (let link: unknown = error; link instanceof Error && codes.length < 8; link = link.cause) {
    codes.push(codeOf(link), ...(link instanceof AggregateError ? link.errors.map(codeOf) : []));
  }
  const said = codes.join(" ");
  return TROUBLES.find(([pattern]) => pattern.test(said))?.[1] ?? BROKEN_OFF;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** A foreign sentence without our secrets, on one line and of bearable length. */
function masked(speaker: Speaker, detail: string): string {
  let line = detail.replace(/\s+/g, " ").trim();
  for (const secret of speaker.secrets) if (secret) line = line.replaceAll(secret, "•••");
  return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
}
