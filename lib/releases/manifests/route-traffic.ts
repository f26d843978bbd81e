import { type HeaderEdit } from "#lib/apps/spec/header-schema";
import { type RouteRedirect } from "#lib/apps/spec/redirect-schema";
import { given } from "./object.ts";
import { LIMIT_HEADER } from "./rate-limit.ts";
import { type Route, routeId } from "./route-id.ts";

type Traffic = NonNullable<Route["traffic"]>;

const duration = (milliseconds: number): string => `${milliseconds}ms`;

/** What each of a route's matches asks beside the path (HTTPMatchRequest). */
export function conditionsOf(traffic: Traffic | undefined): object {
  if (traffic === undefined) return {};
  const { methods, headers, query } = traffic;
  const byName = (matches: Traffic["headers" | "query"]) =>
    Object.fromEntries(matches.map(({ name, match, value }) => [name, { [match]: value }]));
  return {
    ...(methods.length > 0 && { method: { regex: methods.join("|") } }),
    ...(headers.length > 0 && { headers: byName(headers) }),
    ...(query.length > 0 && { queryParams: byName(query) }),
  };
}

/** What happens to a route's requests on their way to the service (HTTPRoute), but for the path that they are given. `namespace` is where a mirror stands. */
export function treatmentOf(route: Route, namespace: string): object {
  const { traffic } = route;
  if (traffic === undefined) return {};
  const { timeoutMs, retries, fault, mirror } = traffic;
  return {
    ...patienceOf({ timeoutMs, retries }),
    ...(fault && { fault: faultOf(fault) }),
    ...(mirror && {
      mirror: { host: `${mirror.service}.${namespace}.svc.cluster.local`, port: { number: mirror.port } },
      mirrorPercentage: { value: mirror.percent },
    }),
    ...answersOf(traffic, ["request", "response"], traffic.rateLimit ? routeId(route) : null),
  };
}

/** How long an answer may take, and when it is asked for again. */
export const patienceOf = ({ timeoutMs, retries }: Pick<Traffic, "timeoutMs" | "retries">): object => ({
  ...(timeoutMs !== null && { timeout: duration(timeoutMs) }),
  ...(retries && {
    retries: {
      attempts: retries.attempts,
      ...(retries.perTryTimeoutMs !== null && { perTryTimeout: duration(retries.perTryTimeoutMs) }),
      retryOn: retries.on.join(","),
    },
  }),
});

/** Where visitors are sent instead (HTTPRedirect), and what the answer says beside it. */
export const redirectOf = (redirect: RouteRedirect, traffic: Traffic): object => ({
  redirect: given({
    scheme: redirect.scheme,
    authority: redirect.host,
    uri: redirect.path,
    redirectCode: redirect.status,
  }),
  ...answersOf(traffic, ["response"]),
});

/** CORS and edits of headers; requests that count for a limit are marked with its name. */
function answersOf(
  { cors, headerEdits: wanted }: Traffic,
  sides: readonly HeaderEdit["side"][],
  limit: string | null = null,
): object {
  const mark: HeaderEdit[] =
    limit === null ? [] : [{ side: "request", action: "set", name: LIMIT_HEADER, value: limit }];
  const headerEdits = [...wanted, ...mark];
  const edits = sides.map((side) => [side, editsOf(headerEdits.filter((edit) => edit.side === side))] as const);
  const headers = given(Object.fromEntries(edits));
  return {
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(cors && {
      corsPolicy: {
        allowOrigins: cors.origins.map((origin) => (origin === "*" ? { regex: ".*" } : { exact: origin })),
        allowMethods: cors.methods,
        ...(cors.headers.length > 0 && { allowHeaders: cors.headers }),
        allowCredentials: cors.credentials,
        // Istio takes whole seconds and no 0.
        maxAge: `${Math.max(1, cors.maxAgeSeconds)}s`,
      },
    }),
  };
}

/** Envoy reads %…% in a value as a variable; doubled, it is only a sign (envoyproxy.io, "Custom request/response headers"). */
function editsOf(edits: readonly HeaderEdit[]): object {
  const values = (action: HeaderEdit["action"]) =>
    Object.fromEntries(
      edits.filter((edit) => edit.action === action).map(({ name, value }) => [name, value.replaceAll("%", "%%")]),
    );
  return given({ set: values("set"), add: values("add"), remove: Object.keys(values("remove")) });
}

function faultOf({ delay, abort }: NonNullable<Traffic["fault"]>): object {
  return {
    ...(delay && { delay: { percentage: { value: delay.percent }, fixedDelay: duration(delay.ms) } }),
    ...(abort && { abort: { percentage: { value: abort.percent }, httpStatus: abort.status } }),
  };
}
