import { z } from "zod";
import { durationMs } from "../duration.ts";
import { type Plan, type RateLimit } from "./plan.ts";
import { goReplaceAll, stringTest } from "./string-match.ts";

const text = z.record(z.string(), z.string());
const redirect = { permanent: z.boolean().optional() };

/** Traefik's Middleware, one of these set (doc.traefik.io/traefik/middlewares/http/overview): those that Kepler may write. */
export const middlewareSpec = z.object({
  chain: z
    .object({ middlewares: z.array(z.object({ name: z.string(), namespace: z.string().optional() })) })
    .optional(),
  stripPrefix: z.object({ prefixes: z.array(z.string()) }).optional(),
  addPrefix: z.object({ prefix: z.string() }).optional(),
  replacePath: z.object({ path: z.string() }).optional(),
  replacePathRegex: z.object({ regex: z.string(), replacement: z.string() }).optional(),
  redirectScheme: z.object({ scheme: z.string(), port: z.string().optional(), ...redirect }).optional(),
  redirectRegex: z.object({ regex: z.string(), replacement: z.string(), ...redirect }).optional(),
  headers: z
    .object({
      customRequestHeaders: text.optional(),
      customResponseHeaders: text.optional(),
      accessControlAllowOriginList: z.array(z.string()).optional(),
      accessControlAllowMethods: z.array(z.string()).optional(),
      accessControlAllowHeaders: z.array(z.string()).optional(),
      accessControlExposeHeaders: z.array(z.string()).optional(),
      accessControlMaxAge: z.number().optional(),
      accessControlAllowCredentials: z.boolean().optional(),
    })
    .optional(),
  rateLimit: z
    .object({
      average: z.number().optional(),
      burst: z.number().optional(),
      period: z.union([z.string(), z.number()]).optional(),
      sourceCriterion: z.object({ requestHost: z.boolean().optional() }).optional(),
    })
    .optional(),
  retry: z.object({ attempts: z.number(), initialInterval: z.union([z.string(), z.number()]).optional() }).optional(),
});
export type MiddlewareSpec = z.infer<typeof middlewareSpec>;

type Asked = { url: URL; method: string };

/** Passes a plan through one middleware. `key` names the middleware's own state (its token bucket). */
export function throughMiddleware(plan: Plan, spec: MiddlewareSpec, key: string, { url, method }: Asked): Plan {
  const { path, search } = partsOf(plan.path);
  const to = (renamed: string, set?: Record<string, string>): Plan => ({
    ...plan,
    path: (renamed.startsWith("/") ? renamed : `/${renamed}`) + search,
    requestHeaders: set === undefined ? plan.requestHeaders : [...plan.requestHeaders, { set }],
  });
  if (spec.stripPrefix) {
    const prefix = spec.stripPrefix.prefixes.find((each) => path.startsWith(each));
    return prefix === undefined ? plan : to(path.slice(prefix.length), { "x-forwarded-prefix": prefix });
  }
  if (spec.addPrefix) return to(spec.addPrefix.prefix + path);
  if (spec.replacePath) return to(spec.replacePath.path, { "x-replaced-path": path });
  if (spec.replacePathRegex) {
    const { regex, replacement } = spec.replacePathRegex;
    const renamed = goReplaceAll(path, regex, replacement);
    return renamed === path ? plan : to(renamed, { "x-replaced-path": path });
  }
  if (spec.redirectScheme ?? spec.redirectRegex) return redirected(plan, spec, { url, method });
  if (spec.headers) return withHeaders(plan, spec.headers);
  if (spec.rateLimit) return { ...plan, rateLimits: [...plan.rateLimits, limitOf(spec.rateLimit, key)] };
  if (spec.retry) {
    const backoffMs = milliseconds(spec.retry.initialInterval) ?? 0;
    return { ...plan, retry: { attempts: spec.retry.attempts - 1, on: ["connect-failure", "reset"], backoffMs } };
  }
  return plan;
}

function partsOf(target: string): { path: string; search: string } {
  const at = target.indexOf("?");
  return at < 0 ? { path: target, search: "" } : { path: target.slice(0, at), search: target.slice(at) };
}

function redirected(plan: Plan, { redirectScheme, redirectRegex }: MiddlewareSpec, { url, method }: Asked): Plan {
  const target = new URL(url);
  if (redirectScheme) {
    target.protocol = `${redirectScheme.scheme}:`;
    target.port = redirectScheme.port ?? "";
  }
  const location = redirectRegex ? goReplaceAll(url.href, redirectRegex.regex, redirectRegex.replacement) : target.href;
  const permanent = (redirectScheme ?? redirectRegex)?.permanent === true;
  // Only a GET may become another method on the way.
  const status = method === "GET" ? (permanent ? 301 : 302) : permanent ? 308 : 307;
  return location === url.href ? plan : { ...plan, answer: { status, headers: { location } } };
}

/** An empty value removes the header. Origins are told as they are listed; "*" lets every one in. */
function withHeaders(plan: Plan, headers: NonNullable<MiddlewareSpec["headers"]>): Plan {
  const origins = headers.accessControlAllowOriginList;
  const tests = origins?.map((origin) => stringTest(origin === "*" ? {} : { exact: origin }));
  return {
    ...plan,
    requestHeaders: [...plan.requestHeaders, editsOf(headers.customRequestHeaders)],
    responseHeaders: [...plan.responseHeaders, editsOf(headers.customResponseHeaders)],
    cors:
      tests === undefined
        ? plan.cors
        : {
            allowsOrigin: (origin) => tests.some((test) => test(origin)),
            allowMethods: headers.accessControlAllowMethods?.join(","),
            allowHeaders: headers.accessControlAllowHeaders?.join(","),
            exposeHeaders: headers.accessControlExposeHeaders?.join(","),
            maxAge: headers.accessControlMaxAge?.toString(),
            allowCredentials: headers.accessControlAllowCredentials,
          },
  };
}

function editsOf(values: Record<string, string> = {}) {
  const entries = Object.entries(values);
  return {
    set: Object.fromEntries(entries.filter(([, value]) => value !== "")),
    remove: entries.filter(([, value]) => value === "").map(([name]) => name),
  };
}

const milliseconds = (value: string | number | undefined): number | undefined =>
  typeof value === "number" ? value * 1000 : durationMs(value);

/** By the visitor's address, unless by the host that is asked: then all of a route count together. */
function limitOf(
  { average = 0, burst = 1, period, sourceCriterion }: NonNullable<MiddlewareSpec["rateLimit"]>,
  key: string,
): RateLimit {
  const perSecond = (average * 1000) / (milliseconds(period) ?? 1000);
  return { key, perSecond, burst, perClient: sourceCriterion?.requestHost !== true };
}
