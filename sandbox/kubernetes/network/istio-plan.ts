import { durationMs } from "../duration.ts";
import { qualify, serviceOf } from "./hosts.ts";
import {
  type HttpMatch,
  type HttpRoute,
  type IstioDestination,
  type Named,
  type VirtualServiceSpec,
} from "./istio-objects.ts";
import { type Cors, type Destination, type EdgeRequest, type Fault, type HeaderEdits, type Plan } from "./plan.ts";
import { replaceAll, stringTest } from "./string-match.ts";

/** What Istio retries when nobody says (docs, VirtualService, HTTPRetry): only what has surely not been worked on. */
const DEFAULT_RETRY = { attempts: 2, on: ["connect-failure", "refused-stream", "unavailable", "cancelled"] };
const BACKOFF_MS = 25;

/** Reads an HTTPRoute once; the result says what is to be done with each request that one of its matches has let in. */
export function planner(
  route: HttpRoute,
  { namespace, name, spec }: Named<VirtualServiceSpec>,
  port: number,
): (match: HttpMatch, request: EdgeRequest) => Plan {
  const destinationOf = ({ host, subset, port: wanted }: IstioDestination): Destination => ({
    ...(serviceOf(qualify(host, namespace)) ?? { namespace: "", service: host }),
    subset,
    port: wanted,
    otherwisePort: port,
  });
  const routed = route.route ?? [];
  const alone = routed.length === 1;
  const fixed = {
    targets: routed.map(({ destination, weight, headers }) => ({
      ...destinationOf(destination),
      weight: alone ? 1 : (weight ?? 0),
      requestHeaders: literal(headers?.request),
      responseHeaders: literal(headers?.response),
    })),
    requestHeaders: present([literal(route.headers?.request)]),
    responseHeaders: present([literal(route.headers?.response)]),
    timeoutMs: durationMs(route.timeout) || undefined,
    retry: retryOf(route),
    fault: faultOf(route),
    mirrors: mirrorsOf(route).map(({ destination, percent }) => ({ target: destinationOf(destination), percent })),
    cors: corsOf(route),
    rateLimits: [],
    name: spec.hosts[0] ?? name,
  };
  return (match, request) => ({
    ...fixed,
    ...rewritten(route, match, request),
    answer: redirectOf(route, request) ?? directOf(route),
  });
}

/** Envoy reads `%%` in a value as a percent sign; variables (`%START_TIME%`) are not played. */
function literal(edits: HeaderEdits | undefined): HeaderEdits | undefined {
  const read = (values: Record<string, string> | undefined) =>
    values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll("%%", "%")]));
  return edits && { ...edits, set: read(edits.set), add: read(edits.add) };
}

const present = (edits: (HeaderEdits | undefined)[]): HeaderEdits[] => edits.filter((each) => each !== undefined);

/** A prefix that matched is replaced; an exact path or a regular expression as a whole (Envoy's prefix_rewrite). */
function rewritten({ rewrite }: HttpRoute, { uri }: HttpMatch, { path, search }: EdgeRequest) {
  const to = rewrite?.uri;
  const regex = rewrite?.uriRegexRewrite;
  const matched = uri?.exact ?? (uri?.regex === undefined ? (uri?.prefix ?? "/") : path);
  const renamed = to === undefined ? path : to + path.slice(matched.length);
  const changed = regex === undefined ? renamed : replaceAll(path, regex.match, regex.rewrite);
  return { path: changed + search, authority: rewrite?.authority };
}

function redirectOf({ redirect }: HttpRoute, { scheme, headers, host, path, search }: EdgeRequest): Plan["answer"] {
  if (redirect === undefined) return undefined;
  const authority = redirect.authority ?? headers.host ?? host;
  const named = redirect.port === undefined ? authority : `${authority.replace(/:\d+$/, "")}:${redirect.port}`;
  const location = `${redirect.scheme ?? scheme}://${named}${redirect.uri ?? path}${search}`;
  return { status: redirect.redirectCode ?? 301, headers: { location } };
}

const directOf = ({ directResponse }: HttpRoute): Plan["answer"] =>
  directResponse === undefined
    ? undefined
    : {
        status: directResponse.status,
        body: directResponse.body?.string ?? Buffer.from(directResponse.body?.bytes ?? "", "base64").toString(),
      };

function retryOf({ retries }: HttpRoute): Plan["retry"] {
  const on = retries?.retryOn?.split(",").map((each) => each.trim());
  return {
    attempts: retries === undefined ? DEFAULT_RETRY.attempts : (retries.attempts ?? 0),
    on: on ?? DEFAULT_RETRY.on,
    perTryTimeoutMs: durationMs(retries?.perTryTimeout),
    backoffMs: BACKOFF_MS,
  };
}

const faultOf = ({ fault }: HttpRoute): Fault | undefined =>
  fault && {
    delay: fault.delay && {
      ms: durationMs(fault.delay.fixedDelay) ?? 0,
      percent: fault.delay.percentage?.value ?? 100,
    },
    abort: fault.abort && { status: fault.abort.httpStatus, percent: fault.abort.percentage?.value ?? 100 },
  };

function mirrorsOf({ mirror, mirrorPercentage, mirrors = [] }: HttpRoute) {
  const old = mirror === undefined ? [] : [{ destination: mirror, percentage: mirrorPercentage }];
  return [...old, ...mirrors].map(({ destination, percentage }) => ({
    destination,
    percent: percentage?.value ?? 100,
  }));
}

function corsOf({ corsPolicy }: HttpRoute): Cors | undefined {
  if (corsPolicy === undefined) return undefined;
  const origins = (corsPolicy.allowOrigins ?? []).map((origin) => stringTest(origin));
  const seconds = durationMs(corsPolicy.maxAge);
  return {
    allowsOrigin: (origin) => origins.some((test) => test(origin)),
    allowMethods: corsPolicy.allowMethods?.join(","),
    allowHeaders: corsPolicy.allowHeaders?.join(","),
    exposeHeaders: corsPolicy.exposeHeaders?.join(","),
    maxAge: seconds === undefined ? undefined : String(Math.round(seconds / 1000)),
    allowCredentials: corsPolicy.allowCredentials,
  };
}
