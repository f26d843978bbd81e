import { type AppSpec } from "#lib/apps/spec-schema";

type Traffic = NonNullable<NonNullable<AppSpec["exposure"]>["routes"][number]["traffic"]>;

const duration = (milliseconds: number): string => `${milliseconds}ms`;

/** What each of a route's matches asks beside the path (HTTPMatchRequest). */
export function conditionsOf(traffic: Traffic | undefined): object {
  if (traffic === undefined) return {};
  const { methods, headers } = traffic;
  return {
    ...(methods.length > 0 && { method: { regex: methods.join("|") } }),
    ...(headers.length > 0 && {
      headers: Object.fromEntries(headers.map(({ name, match, value }) => [name, { [match]: value }])),
    }),
  };
}

/** How many conditions a route has: of two with the same path, the choosier one is asked first. */
export const conditionCount = (traffic: Traffic | undefined): number =>
  traffic === undefined ? 0 : traffic.headers.length + Number(traffic.methods.length > 0);

/** What happens to a route's requests on the way (HTTPRoute), but for the path that they are given. `namespace` is where a mirror stands. */
export function treatmentOf(traffic: Traffic | undefined, namespace: string): object {
  if (traffic === undefined) return {};
  const { timeoutMs, retries, fault, mirror, cors } = traffic;
  return {
    ...(timeoutMs !== null && { timeout: duration(timeoutMs) }),
    ...(retries && {
      retries: {
        attempts: retries.attempts,
        ...(retries.perTryTimeoutMs !== null && { perTryTimeout: duration(retries.perTryTimeoutMs) }),
        retryOn: retries.on.join(","),
      },
    }),
    ...(fault && { fault: faultOf(fault) }),
    ...(mirror && {
      mirror: { host: `${mirror.service}.${namespace}.svc.cluster.local`, port: { number: mirror.port } },
      mirrorPercentage: { value: mirror.percent },
    }),
    ...(cors && {
      corsPolicy: {
        allowOrigins: cors.origins.map((origin) => (origin === "*" ? { regex: ".*" } : { exact: origin })),
        allowMethods: cors.methods,
        ...(cors.headers.length > 0 && { allowHeaders: cors.headers }),
        allowCredentials: cors.credentials,
        maxAge: `${cors.maxAgeSeconds}s`,
      },
    }),
  };
}

function faultOf({ delay, abort }: NonNullable<Traffic["fault"]>): object {
  return {
    ...(delay && { delay: { percentage: { value: delay.percent }, fixedDelay: duration(delay.ms) } }),
    ...(abort && { abort: { percentage: { value: abort.percent }, httpStatus: abort.status } }),
  };
}
