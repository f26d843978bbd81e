import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import { type z } from "zod";
import { Invalid, isTransient, KeplerError } from "#lib/platform/errors";
import { type Call } from "./call.ts";
import { detailOf } from "./detail.ts";
import { failureOf, noAnswer, notItsProtocol } from "./failures.ts";
import { type HttpReply, type HttpTarget, withoutTrailingSlash } from "./target.ts";

export type HttpRequest = Call & {
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base URL, beginning with "/"; or an absolute URL that the system itself has named. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  body?: string;
  /** Statuses besides 2xx that the caller understands: they are answered, not thrown. */
  accept?: number[];
  /** "follow" (default, reads only) or "manual": a 3xx is then an answer like `accept`. */
  redirect?: "follow" | "manual";
  /** More than this is not read (default 16 MiB). */
  maxBytes?: number;
};

const DEADLINE_MS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;
const RETRIES = 2;
const FIRST_PAUSE_MS = 200;
const MAX_HOPS = 3;

/**
 * One HTTP exchange, read to its end, or one of the six errors. Reads are asked up to three times within the deadline
 * when the failure may pass; writes are sent once, because a lost answer does not mean a lost effect.
 */
export async function request(target: HttpTarget, ask: HttpRequest): Promise<HttpReply> {
  const deadlineMs = ask.deadlineMs ?? DEADLINE_MS;
  const late = AbortSignal.timeout(deadlineMs);
  const signal = ask.signal ? AbortSignal.any([ask.signal, late]) : late;
  const endsAt = performance.now() + deadlineMs;
  const retries = isRead(ask) ? RETRIES : 0;

  for (let attempt = 0; ; attempt += 1) {
    try {
      return await exchange(target, ask, signal);
    } catch (error) {
      const failure =
        error instanceof KeplerError
          ? error
          : noAnswer(target, error, { calledOff: ask.signal?.aborted ?? false, late: late.aborted, deadlineMs });
      const pauseMs = failure.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt * (0.5 + target.random());
      const inTime = performance.now() + pauseMs < endsAt;
      if (attempt >= retries || !isTransient(failure) || !inTime || signal.aborted) throw failure;
      // Called off during the pause: the failure we already know says more than the abort.
      await pause(pauseMs, undefined, { signal }).catch(() => Promise.reject(failure));
    }
  }
}

/** `request`, its body parsed as JSON and by `schema`; anything else is Unavailable. */
export async function requestJson<T>(
  target: HttpTarget,
  ask: HttpRequest,
  schema: z.ZodType<T>,
): Promise<{ value: T; reply: HttpReply }> {
  const reply = await request(target, ask);
  return { value: parseJson(target, reply, schema), reply };
}

/** The body of an answer as `schema` describes it; Unavailable when it is not JSON or has another shape. */
export function parseJson<T>(target: HttpTarget, reply: HttpReply, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(reply.text);
  } catch (cause) {
    throw notItsProtocol(target, "JSON", cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw notItsProtocol(target, "what its interface promises", parsed.error);
  return parsed.data;
}

const isRead = (ask: HttpRequest): boolean => ask.method === undefined || ask.method === "GET" || ask.method === "HEAD";

async function exchange(target: HttpTarget, ask: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
  const start = new URL(`${/^https?:/.test(ask.path) ? "" : withoutTrailingSlash(target.baseUrl)}${ask.path}`);
  for (const [name, value] of Object.entries(ask.query ?? {})) {
    if (value !== undefined) start.searchParams.set(name, String(value));
  }
  const home = new URL(target.baseUrl).origin;
  let url = start;
  for (let hop = 0; ; hop += 1) {
    const response = await target.fetch(url.href, {
      method: ask.method ?? "GET",
      // fetch keeps custom headers over redirects, so they are followed by hand: credentials stay at home.
      headers: { ...(url.origin === home ? target.headers : {}), ...(hop === 0 ? ask.headers : acceptOf(ask)) },
      body: ask.body,
      redirect: "manual",
      signal,
    });
    const bytes = await readAtMost(target, response, ask.maxBytes ?? MAX_BYTES);
    const reply = { status: response.status, headers: response.headers, bytes, text: new TextDecoder().decode(bytes) };
    const redirected = reply.status >= 300 && reply.status < 400;
    const location = reply.headers.get("location");
    if (redirected && ask.redirect !== "manual" && isRead(ask) && location && hop < MAX_HOPS) {
      url = new URL(location, url);
      continue;
    }
    const understood = response.ok || ask.accept?.includes(reply.status) || (redirected && ask.redirect === "manual");
    if (!understood) throw failureFrom(target, reply);
    return reply;
  }
}

/** What an answer that is no success means: as the client explains it, else by its status. */
export const failureFrom = (target: HttpTarget, reply: HttpReply): KeplerError =>
  target.explain?.(reply) ?? failureOf(target, reply, detailOf(reply.text) ?? reply.headers.get("x-error"));

const acceptOf = (ask: HttpRequest): Record<string, string> =>
  Object.fromEntries(Object.entries(ask.headers ?? {}).filter(([name]) => name.toLowerCase() === "accept"));

async function readAtMost(target: HttpTarget, response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) {
      throw new Invalid(`${target.name} answered with more than ${maxBytes} bytes.`, { system: target.system });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
