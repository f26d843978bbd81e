import { type Permission } from "../rules.ts";

/** What a test (and later OpenAPI) reads off a handler: how one gets in. */
export type RouteSpec =
  | { door: "permission"; permission: Permission; scope: readonly string[] }
  | { door: "webhook"; system: string }
  | { door: "open"; because: string };

/** Next's signature of a route handler (https://nextjs.org/docs/app/api-reference/file-conventions/route). */
export type RouteContext = { params: Promise<Record<string, string | string[] | undefined>> };
export type RouteHandler = ((request: Request, context: RouteContext) => Promise<Response>) & { spec: RouteSpec };
