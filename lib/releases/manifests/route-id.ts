import { type AppSpec } from "#lib/apps/spec-schema";
import { contentHash } from "./content-hash.ts";

export type Route = NonNullable<AppSpec["exposure"]>["routes"][number];

/** Names a route by all that it asks, so that its objects keep their names when the order of routes or its rules change. */
export const routeId = ({ host, path, pathType, traffic }: Route): string =>
  contentHash(
    JSON.stringify([
      ...[host, path, pathType, traffic?.methods ?? [], traffic?.headers ?? []],
      // Not where there is none: routes that never asked for any keep their names.
      ...(traffic && traffic.query.length > 0 ? [traffic.query] : []),
      ...(traffic && traffic.pathRegex !== null ? [traffic.pathRegex] : []),
    ]),
  );
