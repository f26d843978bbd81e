import { rulesCarried } from "#lib/apps/spec/gateway-rules";
import { type HeaderEdit } from "#lib/apps/spec/header-schema";
import { isToScheme, type RouteRedirect } from "#lib/apps/spec/redirect-schema";
import { type RouteTraffic } from "#lib/apps/spec/traffic-schema";
import { given, type Manifest, type ManifestInput, metadata } from "./object.ts";
import { type Route, routeId } from "./route-id.ts";

/** Traefik's own kind (doc.traefik.io/traefik/middlewares/overview): one object does one thing. */
export const TRAEFIK_API = "traefik.io/v1alpha1";

/**
 * What Traefik does with the requests of a route beside passing them on, in the order in which they meet it. Empty for a
 * route without rules; rules that Traefik has not got rest (gateway-rules.ts).
 */
export function middlewaresOf(input: ManifestInput, route: Route): Manifest[] {
  const { traffic } = route;
  if (traffic === undefined) return [];
  const rules = rulesCarried("ingress", traffic, input.spec.meshMode);
  const steps = {
    headers: headersOf(rules),
    limit: rules.rateLimit && {
      rateLimit: {
        average: rules.rateLimit.requests,
        period: rules.rateLimit.per === "second" ? "1s" : "1m",
        burst: rules.rateLimit.burst,
        // Unless it is told otherwise, Traefik has a bucket for each visitor's address.
        sourceCriterion: { requestHost: true },
      },
    },
    redirect: rules.redirect && redirectOf(rules.redirect),
    rewrite: rules.rewritePath !== null && rewriteOf(route, rules.rewritePath),
    // Traefik counts the first try too.
    retry: rules.retries && { retry: { attempts: rules.retries.attempts + 1 } },
  };
  return Object.entries(steps).flatMap(([step, spec]): Manifest[] =>
    spec
      ? [
          {
            apiVersion: TRAEFIK_API,
            kind: "Middleware",
            metadata: metadata(input, `${input.app.name}-${routeId(route)}-${step}`),
            spec,
          },
        ]
      : [],
  );
}

function headersOf({ headerEdits, cors }: RouteTraffic): object | null {
  // Traefik removes a header that is set to nothing.
  const edits = (side: HeaderEdit["side"]) =>
    Object.fromEntries(headerEdits.filter((edit) => edit.side === side).map(({ name, value }) => [name, value]));
  const headers = given({
    customRequestHeaders: edits("request"),
    customResponseHeaders: edits("response"),
    accessControlAllowOriginList: cors?.origins,
    accessControlAllowMethods: cors?.methods,
    accessControlAllowHeaders: cors?.headers,
    accessControlAllowCredentials: cors?.credentials,
    accessControlMaxAge: cors?.maxAgeSeconds,
    addVaryHeader: cors !== null,
  });
  return Object.keys(headers).length > 0 ? { headers } : null;
}

/** Traefik chooses the status by the method: 301 or 302 for GET, 308 or 307 for others. What counts is for good, or for now. */
function redirectOf(redirect: RouteRedirect): object {
  const { scheme, host, path, status } = redirect;
  const permanent = status === 301 || status === 308;
  if (isToScheme(redirect)) return { redirectScheme: { scheme, permanent } };
  return {
    redirectRegex: {
      regex: "^(https?)://([^/?]+)([^?]*)(\\?.*)?$",
      replacement: `${scheme ?? "${1}"}://${host ?? "${2}"}${path === null ? "${3}" : asText(path)}\${4}`,
      permanent,
    },
  };
}

/** The same as Istio's two routes (istio.ts): whole elements of the path, and what is below moves along. */
function rewriteOf({ path, pathType }: Route, rewritePath: string): object {
  const instead = asText(rewritePath.replace(/\/+$/, ""));
  if (pathType === "exact") return { replacePath: { path: rewritePath.replace(/\/+$/, "") || "/" } };
  const base = path.replace(/\/+$/, "").replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
  const whole = base === "" || instead === "";
  return {
    replacePathRegex: whole
      ? { regex: `^${base}/?(.*)$`, replacement: `${instead}/\${1}` }
      : { regex: `^${base}(.*)$`, replacement: `${instead}\${1}` },
  };
}

/** Go's regexp reads $ in a replacement as a group (pkg.go.dev/regexp#Regexp.Expand). */
const asText = (text: string): string => text.replaceAll("$", "$$$$");
