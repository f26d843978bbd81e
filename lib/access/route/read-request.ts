import "server-only";
import { randomUUID } from "node:crypto";
import { Denied, Invalid } from "#lib/platform/errors";
import { isStorable } from "#lib/platform/storable";
import { TooLarge } from "./problem.ts";
import { type RouteContext } from "./spec.ts";

const BODY_LIMIT_BYTES = 1024 * 1024;
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const REQUEST_ID = /^[\w-]{8,64}$/;

export const isWrite = (request: Request): boolean => !SAFE_METHODS.has(request.method);

/** The id given by a proxy before us, or a new one; it is on every log line, audit row and error of the request. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The nearest hop that was written down. For people to read and for rate limits, never for deciding who it is. */
export const addressOf = (headers: Headers): string | null =>
  headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() || null;

/**
 * A browser adds our cookie to whatever any page makes it send; only a page of ours may write with it. Browsers put
 * `Origin` on every write (https://owasp.org, CSRF, "verifying origin with standard headers"), so none is a refusal.
 */
export function requireOwnOrigin(headers: Headers, publicUrl: string): void {
  const origin = headers.get("origin");
  const own = [new URL(publicUrl).origin, `http://${headers.get("host")}`, `https://${headers.get("host")}`];
  if (origin === null || !own.includes(origin)) throw new Denied("This request came from another site.");
}

/** Body as text, counted while it arrives. Throws TooLarge, and Invalid for what is not UTF-8 (RFC 8259, 8.1). */
export async function readBody(request: Request, limitBytes = BODY_LIMIT_BYTES): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) throw new TooLarge(`The request is larger than ${limitBytes / 1024 ** 2} MB.`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new Invalid("The body is not UTF-8 text.", { cause });
  }
}

/** Throws Invalid for what is not a JSON object, or says that it is something else. */
async function readJsonBody(request: Request, limitBytes: number | undefined): Promise<object> {
  const text = await readBody(request, limitBytes);
  if (text === "") return {};
  if (!request.headers.get("content-type")?.startsWith("application/json")) {
    throw new Invalid("The body must be JSON (content-type: application/json).");
  }
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Invalid("The body must be one JSON object.");
  }
  return value;
}

/** What was sent as far as it can be read, and what is wrong with the rest: for those who may know, once that is decided. */
type Sent = { values: Record<string, unknown>; refuse(): void };

/** Names in the path win over the body, the body over the query: an id in the body cannot change what is addressed. */
export async function readInput(request: Request, context: RouteContext, limitBytes?: number): Promise<Sent> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const params = await context.params;
  try {
    const body = isWrite(request) ? await readJsonBody(request, limitBytes) : {};
    const values = { ...query, ...body, ...params };
    return { values, refuse: () => refuseUnstorable(values, []) };
  } catch (error) {
    const refuse = () => {
      throw error;
    };
    return { values: { ...query, ...params }, refuse };
  }
}

const DEEPEST = 40;

/** What no schema should have to think of: text that Postgres cannot hold, and nesting that only serves to exhaust us. */
function refuseUnstorable(value: unknown, path: readonly string[]): void {
  const refuse = (message: string) => {
    const fields = [{ path: path.join("."), message }];
    return new Invalid("Some values are not accepted.", { fields });
  };
  if (path.length > DEEPEST) throw refuse("is nested too deeply");
  if (typeof value === "string" && !isStorable(value)) throw refuse("holds a character that cannot be stored");
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) throw refuse("has a name that cannot be stored");
    refuseUnstorable(inner, [...path, key]);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Invalid("The body is not valid JSON.", { cause });
  }
}
