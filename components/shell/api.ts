import type { z } from "zod";
import { ERROR_CODES } from "#lib/platform/errors";

/** What an answer is read with. Given as a promise, it is loaded with the first request instead of with the page. */
type Schema<T> = z.ZodType<T> | (() => Promise<z.ZodType<T>>);

/** One of ours, "signed-out" (401), or "network" when no answer came at all. */
export type ApiErrorCode = (typeof ERROR_CODES)[number] | "signed-out" | "network";

/** A request that did not do what was asked: what the server's problem JSON says, as an error. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly system: string;
  readonly next: string | undefined;
  /** What is wrong where, in the person's language. */
  readonly fields: { path: string; sentence: string }[];
  readonly requestId: string | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    more: Partial<Pick<ApiError, "system" | "next" | "fields" | "requestId" | "cause">> = {},
  ) {
    super(message, { cause: more.cause });
    this.name = "ApiError";
    this.code = code;
    this.system = more.system ?? "kepler";
    this.next = more.next;
    this.fields = more.fields ?? [];
    this.requestId = more.requestId;
  }
}

type Method = "POST" | "PUT" | "PATCH" | "DELETE";

/** GET as `schema` reads it. Throws ApiError. */
export const getJson = <T>(path: string, schema: Schema<T>, signal?: AbortSignal): Promise<T> =>
  read(path, { signal }, schema);

/** GET of something that is not JSON. Throws ApiError. */
export const getText = (path: string, signal?: AbortSignal): Promise<string> => answerOf(path, { signal });

/** A write with a JSON body (none when undefined); `schema` null = the answer does not matter. Throws ApiError. */
export function sendJson<T>(
  method: Method,
  path: string,
  body: unknown,
  schema: Schema<T>,
  signal?: AbortSignal,
): Promise<T>;
export function sendJson(
  method: Method,
  path: string,
  body: unknown,
  schema: null,
  signal?: AbortSignal,
): Promise<null>;
export async function sendJson(
  method: Method,
  path: string,
  body: unknown,
  schema: Schema<unknown> | null,
  signal?: AbortSignal,
): Promise<unknown> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const init = { method, signal, ...content };
  if (schema !== null) return read(path, init, schema);
  await answerOf(path, init);
  return null;
}

async function read<T>(path: string, init: RequestInit, schema: Schema<T>): Promise<T> {
  const [text, reader] = await Promise.all([answerOf(path, init), typeof schema === "function" ? schema() : schema]);
  const parsed = reader.safeParse(text === "" ? null : json(text));
  if (parsed.success) return parsed.data;
  throw new ApiError("unavailable", `The answer of ${path} has another shape than expected.`, { cause: parsed.error });
}

/** The body of a GET, piece by piece as it comes. Throws ApiError. */
export async function openBody(path: string, init: RequestInit): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await responseOf(path, init);
  if (!response.ok) throw await errorOf(response, await response.text());
  return response.body ?? new Blob().stream();
}

async function answerOf(path: string, init: RequestInit): Promise<string> {
  const response = await responseOf(path, init);
  const text = await response.text();
  if (!response.ok) throw await errorOf(response, text);
  return text;
}

const responseOf = (path: string, init: RequestInit): Promise<Response> =>
  fetch(path, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiError("network", "Kepler did not answer.", { cause });
  });

async function errorOf(response: Response, text: string): Promise<ApiError> {
  const { problem } = await import("./problem.ts");
  const error = problem.safeParse(json(text)).data?.error;
  return new ApiError(codeOf(response.status, error?.code), error?.message ?? `Kepler answered ${response.status}.`, {
    ...error,
    requestId: error?.requestId ?? response.headers.get("x-request-id") ?? undefined,
  });
}

function codeOf(status: number, code: string | undefined): ApiErrorCode {
  if (status === 401) return "signed-out";
  const known = ERROR_CODES.find((candidate) => candidate === code);
  if (known) return known;
  if (status === 403) return "denied";
  if (status === 404) return "not-found";
  if (status === 409) return "conflict";
  if (status === 429) return "rate-limited";
  return status >= 500 ? "unavailable" : "invalid";
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
