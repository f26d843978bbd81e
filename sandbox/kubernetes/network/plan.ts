import { type StringTest } from "./string-match.ts";

// What a gateway does with one request. Istio's objects and Traefik's are both read into this; dispatch.ts carries it out.

export type EdgeRequest = {
  method: string;
  scheme: "http" | "https";
  /** Lower case, without a port. */
  host: string;
  path: string;
  /** With its question mark, or empty. */
  search: string;
  headers: Record<string, string | undefined>;
  /** The calling pod, inside the mesh. */
  source?: { namespace: string; labels: Record<string, string> };
};

/** A Service's port, or a part of its pods that a DestinationRule names; without a namespace a host outside of the cluster. */
export type Destination = {
  namespace: string;
  service: string;
  port?: { number?: number; name?: string };
  /** The port of a Service with several, when none is named. */
  otherwisePort?: number;
  subset?: string;
  /** The calling pod's namespace: some objects are there for some namespaces only. */
  caller?: string;
};

export type HeaderEdits = { set?: Record<string, string>; add?: Record<string, string>; remove?: string[] };
export type Target = Destination & { weight: number; requestHeaders?: HeaderEdits; responseHeaders?: HeaderEdits };

/** Conditions are Envoy's (x-envoy-retry-on), and status codes. `attempts` counts what follows the first try. */
export type RetryPolicy = { attempts: number; on: string[]; perTryTimeoutMs?: number; backoffMs: number };
export type Fault = {
  delay?: { ms: number; percent: number };
  abort?: { status: number; percent: number };
};
export type Cors = {
  allowsOrigin: StringTest;
  allowMethods?: string;
  allowHeaders?: string;
  exposeHeaders?: string;
  maxAge?: string;
  allowCredentials?: boolean;
};
/** A token bucket: `burst` at once, then `perSecond`. The key names the bucket; `perClient`: one for each address. */
export type RateLimit = { key: string; perSecond: number; burst: number; perClient?: boolean };

export type Plan = {
  /** It was found by a wildcard, or by a rule for all hosts, not by the host's own name. */
  isForMany?: boolean;
  /** The gateway answers by itself: a redirect, a direct response. */
  answer?: { status: number; headers?: Record<string, string>; body?: string };
  /** One of them is chosen by weight. */
  targets: Target[];
  path: string;
  authority?: string;
  requestHeaders: HeaderEdits[];
  responseHeaders: HeaderEdits[];
  timeoutMs?: number;
  retry: RetryPolicy;
  fault?: Fault;
  mirrors: { target: Destination; percent: number }[];
  cors?: Cors;
  rateLimits: RateLimit[];
  /** How metrics name what was asked for. */
  name: string;
};

/** What a plan says when nobody asks for more. */
export const plainPlan = (name: string, { path, search }: EdgeRequest): Plan => ({
  targets: [],
  path: path + search,
  requestHeaders: [],
  responseHeaders: [],
  retry: { attempts: 0, on: [], backoffMs: 0 },
  mirrors: [],
  rateLimits: [],
  name,
});

/** Nothing found: the gateway says so in its own words. */
export type Resolve = (request: EdgeRequest) => Plan | undefined;
