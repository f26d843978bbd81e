import "server-only";
import { randomUUID } from "node:crypto";
import { Denied, Invalid } from "#lib/platform/errors";
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
export function requireOwnOrigin(request: Request, publicUrl: string): void {
  const origin = request.headers.get("origin");
  const own = [
    new URL(publicUrl).origin,
    `http://${request.headers.get("host")}`,
    `https://${request.headers.get("host")}`,
  ];
  if (origin === null || !own.includes(origin)) throw new Denied("This request came from another site.");
}

/** Body as text, counted while it arrives. Throws TooLarge. */
export async function readBody(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BODY_LIMIT_BYTES) throw new TooLarge("The request is larger than 1 MB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Throws Invalid for what is not a JSON object, or says that it is something else. */
export async function readJsonBody(request: Request): Promise<object> {
  const text = await readBody(request);
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

/** Names in the path win over the body, the body over the query: an id in the body cannot change what is addressed. */
export async function readInput(request: Request, context: RouteContext): Promise<unknown> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const body = isWrite(request) ? await readJsonBody(request) : {};
  return { ...query, ...body, ...(await context.params) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Invalid("The body is not valid JSON.", { cause });
  }
}
