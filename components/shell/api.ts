import { z } from "zod";
import { ERROR_CODES } from "#lib/platform/errors";

const problem = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string().optional(),
    system: z.string().optional(),
    next: z.string().optional(),
  }),
});

/** One of ours, "signed-out" (401), or "network" when no answer came at all. */
export type ApiErrorCode = (typeof ERROR_CODES)[number] | "signed-out" | "network";

/** A request that did not do what was asked: what the server's problem JSON says, as an error. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly system: string;
  readonly next: string | undefined;
  readonly fields: { path: string; message: string }[];
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
export const getJson = <T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> =>
  request(path, { signal }, schema);

/** A write with a JSON body (none when undefined); `schema` null = the answer does not matter. Throws ApiError. */
export function sendJson<T>(
  method: Method,
  path: string,
  body: unknown,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T>;
export function sendJson(
  method: Method,
  path: string,
  body: unknown,
  schema: null,
  signal?: AbortSignal,
): Promise<null>;
export function sendJson(
  method: Method,
  path: string,
  body: unknown,
  schema: z.ZodType | null,
  signal?: AbortSignal,
): Promise<unknown> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  return request(path, { method, signal, ...content }, schema ?? z.any().transform(() => null));
}

async function request<T>(path: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
  const response = await fetch(path, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiError("network", "Kepler did not answer.", { cause });
  });
  const text = await response.text();
  if (!response.ok) throw errorOf(response, text);
  const parsed = schema.safeParse(text === "" ? null : json(text));
  if (parsed.success) return parsed.data;
  throw new ApiError("unavailable", `The answer of ${path} has another shape than expected.`, { cause: parsed.error });
}

function errorOf(response: Response, text: string): ApiError {
  const parsed = problem.safeParse(json(text));
  const error = parsed.success ? parsed.data.error : undefined;
  const message = error?.message ?? `Kepler answered ${response.status}.`;
  return new ApiError(codeOf(response.status, error?.code), message, {
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
