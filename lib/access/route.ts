import "server-only";
import { z } from "zod";
import { env } from "#lib/platform/env";
import { Denied, KeplerError } from "#lib/platform/errors";
import { logger } from "#lib/platform/logger";
import { type Actor } from "./actor.ts";
import { type AuditSubject, recordAudit } from "./audit.ts";
import { authenticate } from "./authenticate.ts";
import { bodyOf } from "./route/answer-body.ts";
import { invalidInput, localeOf, problemOf, problemResponse, Unauthenticated } from "./route/problem.ts";
import { addressOf, isWrite, readBody, readInput, requestIdOf, requireOwnOrigin } from "./route/read-request.ts";
import {
  findOwner,
  permit,
  requireRead,
  type ScopeKey,
  type ScopeOf,
  type ScopeSpec,
  subjectOf,
} from "./route/scope.ts";
import { type RouteContext, type RouteHandler, type RouteSpec } from "./route/spec.ts";
import { type World, world } from "./route/world.ts";
import { type Permission } from "./rules.ts";

export type { Actor } from "./actor.ts";
export type { RouteHandler } from "./route/spec.ts";
export type { World } from "./route/world.ts";

/** What a handler returns: `"stream"` routes answer with a Response of their own (server-sent events, files). */
type OutputSpec = z.ZodType | "stream";
type ResultOf<O extends OutputSpec> = O extends z.ZodType ? Json<z.input<O>> : Response;
/** A schema of undefined is "no content": its handler need not return anything. */
type Json<T> = undefined extends T ? T | void : T;

type TextField<T> = { [Name in keyof T & string]: T[Name] extends string ? Name : never }[keyof T & string];

type Definition<I extends z.ZodType, O extends OutputSpec, K extends ScopeKey> = {
  permission: Permission;
  /** Path parameters, query and body (JSON) as one object; unknown keys are the schema's affair. */
  input: I;
  output: O;
  /** Which of the input's fields name what it is about; read and judged before the rest of the input. */
  scope?: Pick<Required<ScopeSpec<TextField<z.output<I>>>>, K>;
  /** What the audit log calls a write; the permission if not given. */
  action?: string;
  /** How large a body may be, where a megabyte is not enough. */
  bodyLimitBytes?: number;
};

export type HandlerContext<I, K extends ScopeKey> = World & {
  actor: Actor;
  input: I;
  scope: ScopeOf<K>;
  /** Aborts when the browser goes away. */
  signal: AbortSignal;
  request: Request;
  requestId: string;
  /** Names what a write was about, where scope alone does not. */
  audit: (subject: AuditSubject) => void;
};

/**
 * The one door for every handler: authenticates (bearer token or session cookie), refuses writes from other sites,
 * reads the scope from the database, asks the permission table, and only then says what is wrong with the input; calls
 * `handler`, checks its output, turns the six errors into answers, and writes an audit row for every write.
 */
export function route<I extends z.ZodType, O extends OutputSpec, K extends ScopeKey = never>(
  definition: Definition<I, O, K>,
  handler: (context: HandlerContext<z.output<I>, K>) => Promise<ResultOf<O>>,
): RouteHandler {
  const { permission } = definition;
  const scopeSpec: ScopeSpec = definition.scope ?? {};
  const spec: RouteSpec = { door: "permission", permission, scope: Object.keys(scopeSpec) };

  const answer = async (request: Request, context: RouteContext, requestId: string): Promise<Response> => {
    const base = world();
    const actor = await authenticate(base.db, request.headers, base.now());
    if (actor === null) throw new Unauthenticated();
    const write = isWrite(request);
    let subject: AuditSubject = { kind: "platform" };
    const keep = (outcome: "allowed" | "denied" | "failed") =>
      recordAudit(base.db, {
        actor,
        action: definition.action ?? permission,
        subject,
        outcome,
        address: addressOf(request.headers),
        requestId,
      });
    try {
      if (write && "session" in actor.via) requireOwnOrigin(request.headers, env().url);
      const { values, refuse } = await readInput(request, context, definition.bodyLimitBytes);
      const owner = await findOwner(base.db, actor, scopeSpec, values);
      subject = subjectOf(owner) ?? subject;
      const scope = await permit(base.db, actor, permission, scopeSpec, values, owner);
      refuse();
      const input = parse(definition.input, values, request.headers);
      requireRead<K>(scope, spec.scope);
      const { signal } = request;
      const audit = (about: AuditSubject) => void (subject = about);
      const result = await handler({ ...base, actor, input, scope, signal, request, requestId, audit });
      const response = await withoutBody(request, respond(definition.output, result));
      if (write) await keep("allowed");
      return response;
    } catch (error) {
      if (write) await keep(error instanceof Denied ? "denied" : "failed");
      throw error;
    }
  };
  return Object.assign(door(answer), { spec });
}

/** For machines that sign what they send: `verify` proves the sender from headers and body, or throws Denied. */
route.webhook = function webhook<T>(
  definition: {
    system: string;
    verify: (context: World & { request: Request; params: Record<string, string>; body: string }) => Promise<T>;
  },
  handler: (context: World & { verified: T; body: string; request: Request; requestId: string }) => Promise<unknown>,
): RouteHandler {
  const spec: RouteSpec = { door: "webhook", system: definition.system };
  const answer = async (request: Request, context: RouteContext, requestId: string): Promise<Response> => {
    const base = world();
    const body = await readBody(request);
    const params = z.record(z.string(), z.string()).parse(await context.params);
    const verified = await definition.verify({ ...base, request, params, body });
    const result = await handler({ ...base, verified, body, request, requestId });
    return Response.json(result ?? {}, { status: 202 });
  };
  return Object.assign(door(answer), { spec });
};

/** For the very few things that everybody may ask (is it alive?); `because` says why that is safe. */
route.open = function open(
  definition: { because: string },
  handler: (context: World & { request: Request; requestId: string }) => Promise<Response>,
): RouteHandler {
  const spec: RouteSpec = { door: "open", because: definition.because };
  return Object.assign(
    door((request, _context, requestId) => handler({ ...world(), request, requestId })),
    { spec },
  );
};

/** What all doors share: the request id, one log line, and errors as answers. */
function door(answer: (request: Request, context: RouteContext, requestId: string) => Promise<Response>) {
  return async (request: Request, context: RouteContext): Promise<Response> => {
    const requestId = requestIdOf(request.headers);
    const startedAt = performance.now();
    const log = logger("http").child({ requestId, method: request.method, path: new URL(request.url).pathname });
    const timed = (status: number) => ({ status, ms: Math.round(performance.now() - startedAt) });
    try {
      const response = await answer(request, context, requestId);
      response.headers.set("x-request-id", requestId);
      if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
      log.info(timed(response.status), "request");
      return response;
    } catch (error) {
      const problem = problemOf(error);
      const line = { ...timed(problem.status), code: problem.error.code, system: problem.error.system };
      if (problem.status >= 500 || !(error instanceof KeplerError)) log.warn({ ...line, err: error }, "request failed");
      else log.info(line, "request refused");
      return problemResponse(problem, requestId, localeOf(request.headers));
    }
  };
}

function parse<T extends z.ZodType>(schema: T, value: unknown, headers: Headers): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidInput(parsed.error, localeOf(headers));
  return parsed.data;
}

/** What asks for the head reads no body, so nobody would ever end a stream that was begun for it (RFC 9110, 9.3.2). */
async function withoutBody(request: Request, response: Response): Promise<Response> {
  if (request.method !== "HEAD") return response;
  await response.body?.cancel();
  return new Response(null, response);
}

function respond(output: OutputSpec, result: unknown): Response {
  if (result instanceof Response) return result;
  if (output === "stream") throw new TypeError("a stream route must return a Response");
  const body = bodyOf(output, result);
  if (body === null) return new Response(null, { status: 204 });
  return new Response(body, { headers: { "content-type": "application/json" } });
}
