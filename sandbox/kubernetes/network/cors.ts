import { type Headers } from "./headers.ts";
import { type Cors, type EdgeRequest } from "./plan.ts";

/** A browser's question whether it may send the real request (fetch.spec.whatwg.org, CORS-preflight). */
export const isPreflight = ({ method, headers }: EdgeRequest): boolean =>
  method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined;

/** The gateway's own answer to a preflight from an origin that it knows; others go on to the pod. */
export function preflightHeaders(cors: Cors | undefined, request: EdgeRequest): Record<string, string> | undefined {
  if (cors === undefined || !isPreflight(request) || !cors.allowsOrigin(request.headers.origin)) return undefined;
  return present({
    ...common(cors, request),
    "access-control-allow-methods": cors.allowMethods,
    "access-control-allow-headers": cors.allowHeaders,
    "access-control-max-age": cors.maxAge,
  });
}

/** What a pod's answer gets, so that the browser shows it to the page. */
export function corsHeaders(cors: Cors | undefined, request: EdgeRequest): Headers {
  if (cors === undefined || !cors.allowsOrigin(request.headers.origin)) return {};
  return present({ ...common(cors, request), "access-control-expose-headers": cors.exposeHeaders });
}

const common = ({ allowCredentials }: Cors, { headers }: EdgeRequest) => ({
  "access-control-allow-origin": headers.origin,
  "access-control-allow-credentials": allowCredentials === true ? "true" : undefined,
});

const present = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])));
