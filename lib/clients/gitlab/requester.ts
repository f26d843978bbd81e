import "server-only";
import { type Projects } from "@gitbeaker/rest";
import { type z } from "zod";
import { type Call } from "../http/call.ts";
import { notItsProtocol } from "../http/failures.ts";
import { type HttpRequest, request } from "../http/request.ts";
import { type HttpTarget } from "../http/target.ts";

/** What any resource class of the library is made with; `requesterFn` is the door through which all its requests go. */
export type ResourceOptions = ConstructorParameters<typeof Projects>[0];
/** What the verbs are made of: a door for each call, and the reading of its reply. */
export type GitlabAccess = {
  via(call?: Call, limits?: { maxBytes: number }): ResourceOptions;
  read<T>(schema: z.ZodType<T>, body: unknown): T;
};

/** With `page` set the library fetches that page only, instead of following all of them. */
export const onePage = { page: 1, perPage: 50, showExpanded: true } as const;
/** Where we stop following pages ourselves. */
export const MAX_PAGES = 50;

type Options = { searchParams?: Record<string, unknown>; body?: FormData | Record<string, unknown> };

/**
 * Options for one call of one resource. The library's own requester is left out, because it repeats writes on 502,
 * ignores Retry-After and cannot be called off: through ours it keeps the paths and parameters, and we the exchange.
 */
export function through(
  target: HttpTarget,
  host: string,
  call: Call = {},
  limits?: { maxBytes: number },
): ResourceOptions {
  return {
    host,
    // Its own timer would outlive the call; ours is the deadline.
    queryTimeout: null,
    requesterFn: ({ url }) => {
      const send =
        (method: HttpRequest["method"]) =>
        async (endpoint: string, { searchParams, body }: Options = {}) => {
          const fields = body instanceof FormData ? undefined : body;
          const reply = await request(target, {
            ...limits,
            signal: call.signal,
            deadlineMs: call.deadlineMs,
            method,
            path: `${url.replace(/\/+$/, "")}/${endpoint}`,
            query: queryOf(searchParams),
            ...(fields && Object.keys(fields).length > 0
              ? { body: JSON.stringify(inSnakeCase(fields)), headers: { "content-type": "application/json" } }
              : {}),
          });
          return { body: jsonOf(target, reply.text), headers: Object.fromEntries(reply.headers), status: reply.status };
        };
      return { get: send("GET"), post: send("POST"), put: send("PUT"), patch: send("PATCH"), delete: send("DELETE") };
    },
  };
}

/** A reply as `schema` describes it, or Unavailable. */
export function shaped<T>(target: HttpTarget, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw notItsProtocol(target, "what its interface promises", parsed.error);
  return parsed.data;
}

/** Untyped on purpose: every reply is parsed by zod where it is used, whatever the library believes its type to be. */
function jsonOf(target: HttpTarget, text: string) {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notItsProtocol(target, "JSON", cause);
  }
}

function queryOf(searchParams: Record<string, unknown> = {}): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries(searchParams)) {
    if (value !== undefined && value !== null) query[snakeCase(name)] = String(value);
  }
  return query;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [snakeCase(name), inSnakeCase(inner)]));
}
