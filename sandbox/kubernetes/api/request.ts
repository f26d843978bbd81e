import { type IncomingMessage, type ServerResponse } from "node:http";
import { type JsonObject } from "../json.ts";
import { findKind } from "../kinds/index.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { type KubeObject } from "../objects.ts";
import { badRequest, noSuchPath } from "./status.ts";

/** What a path of the API names: a collection, an object in it, or a subresource of that. */
export type Target = {
  /** As it is stored. */
  kind: Kind;
  /** In the version that the client speaks; mostly the same. */
  version: Kind;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
};

export type Request = {
  method: string;
  path: string;
  query: URLSearchParams;
  incoming: IncomingMessage;
  response: ServerResponse;
};

/** `/api/v1/namespaces/dev/pods/web-1/log` and `/apis/apps/v1/deployments` alike. */
export function parseTarget(path: string): Target {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const [root, ...rest] = parts;
  const [group, version, ...resource] = root === "api" ? ["", ...rest] : rest;
  if ((root !== "api" && root !== "apis") || group === undefined || version === undefined) throw noSuchPath();
  const [first, second, ...below] = resource;
  // /namespaces/x/pods is a namespaced collection, /namespaces/x and /namespaces/x/status the namespace itself.
  const scoped = first === "namespaces" && below[0] !== undefined && below[0] !== "status" && below[0] !== "finalize";
  const [plural, name, subresource] = scoped ? below : [first, second, ...below];
  const asked = plural === undefined ? undefined : findKind(group, version, plural);
  if (asked === undefined || (scoped && !asked.namespaced)) throw noSuchPath();
  if (asked.namespaced && !scoped && name !== undefined) throw noSuchPath();
  return { kind: asked.view?.of ?? asked, version: asked, namespace: scoped ? second : undefined, name, subresource };
}

/** A stored object in the version that the client speaks, and what it sent as the version that is stored. */
export const shown = ({ version }: Target, object: KubeObject): JsonObject =>
  version.view?.fromStored(object) ?? object;
export const stored = ({ version }: Target, body: JsonObject): JsonObject =>
  version.view !== undefined && (body.apiVersion ?? apiVersionOf(version)) === apiVersionOf(version)
    ? version.view.toStored(body)
    : body;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid URL escape in ${JSON.stringify(part)}`);
  }
}

const isTrue = (value: string | null): boolean => value === "true" || value === "1";
export const flagOf = (query: URLSearchParams, name: string): boolean => isTrue(query.get(name));

/** A whole number from the query, or undefined when it is not given. */
export function numberOf(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === "") return undefined;
  if (!/^-?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}
