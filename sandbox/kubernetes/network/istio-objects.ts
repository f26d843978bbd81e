import { z } from "zod";

// The parts of Istio's networking objects that the edge reads (istio.io/latest/docs/reference/config/networking).
// The kinds' own schemas have accepted them; these say what is looked at, and let everything else be.

const stringMatch = z.object({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
});
const stringMap = z.record(z.string(), z.string());
const percent = z.object({ value: z.number() });
const headerEdits = z.object({
  set: stringMap.optional(),
  add: stringMap.optional(),
  remove: z.array(z.string()).optional(),
});
const headers = z.object({ request: headerEdits.optional(), response: headerEdits.optional() });
const destination = z.object({
  host: z.string(),
  subset: z.string().optional(),
  port: z.object({ number: z.number() }).optional(),
});

const match = z.object({
  uri: stringMatch.optional(),
  ignoreUriCase: z.boolean().optional(),
  scheme: stringMatch.optional(),
  method: stringMatch.optional(),
  authority: stringMatch.optional(),
  headers: z.record(z.string(), stringMatch).optional(),
  withoutHeaders: z.record(z.string(), stringMatch).optional(),
  queryParams: z.record(z.string(), stringMatch).optional(),
  port: z.number().optional(),
  gateways: z.array(z.string()).optional(),
  sourceLabels: stringMap.optional(),
  sourceNamespace: z.string().optional(),
});

const httpRoute = z.object({
  match: z.array(match).optional(),
  route: z.array(z.object({ destination, weight: z.number().optional(), headers: headers.optional() })).optional(),
  redirect: z
    .object({
      uri: z.string().optional(),
      authority: z.string().optional(),
      scheme: z.string().optional(),
      port: z.number().optional(),
      redirectCode: z.number().optional(),
    })
    .optional(),
  directResponse: z
    .object({
      status: z.number(),
      body: z.object({ string: z.string().optional(), bytes: z.string().optional() }).optional(),
    })
    .optional(),
  rewrite: z
    .object({
      uri: z.string().optional(),
      authority: z.string().optional(),
      uriRegexRewrite: z.object({ match: z.string(), rewrite: z.string() }).optional(),
    })
    .optional(),
  timeout: z.string().optional(),
  retries: z
    .object({
      attempts: z.number().optional(),
      perTryTimeout: z.string().optional(),
      retryOn: z.string().optional(),
    })
    .optional(),
  fault: z
    .object({
      delay: z.object({ fixedDelay: z.string(), percentage: percent.optional() }).optional(),
      abort: z.object({ httpStatus: z.number(), percentage: percent.optional() }).optional(),
    })
    .optional(),
  mirror: destination.optional(),
  mirrorPercentage: percent.optional(),
  mirrors: z.array(z.object({ destination, percentage: percent.optional() })).optional(),
  corsPolicy: z
    .object({
      allowOrigins: z.array(stringMatch).optional(),
      allowMethods: z.array(z.string()).optional(),
      allowHeaders: z.array(z.string()).optional(),
      exposeHeaders: z.array(z.string()).optional(),
      maxAge: z.string().optional(),
      allowCredentials: z.boolean().optional(),
    })
    .optional(),
  headers: headers.optional(),
});

export const virtualServiceSpec = z.object({
  hosts: z.array(z.string()),
  gateways: z.array(z.string()).optional(),
  http: z.array(httpRoute).optional(),
  exportTo: z.array(z.string()).optional(),
});

export const gatewaySpec = z.object({
  selector: stringMap.optional(),
  servers: z.array(
    z.object({
      port: z.object({ number: z.number(), protocol: z.string(), name: z.string().optional() }),
      hosts: z.array(z.string()),
      tls: z
        .object({
          httpsRedirect: z.boolean().optional(),
          mode: z.string().optional(),
          credentialName: z.string().optional(),
        })
        .optional(),
    }),
  ),
});

const trafficPolicy = z.object({
  tls: z.object({ mode: z.string().optional(), sni: z.string().optional() }).optional(),
  loadBalancer: z
    .object({
      simple: z.string().optional(),
      consistentHash: z
        .object({
          httpHeaderName: z.string().optional(),
          httpQueryParameterName: z.string().optional(),
          useSourceIp: z.boolean().optional(),
          httpCookie: z
            .object({ name: z.string(), path: z.string().optional(), ttl: z.string().optional() })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  connectionPool: z
    .object({
      tcp: z.object({ maxConnections: z.number().optional() }).optional(),
      http: z
        .object({ http1MaxPendingRequests: z.number().optional(), http2MaxRequests: z.number().optional() })
        .optional(),
    })
    .optional(),
  outlierDetection: z
    .object({
      consecutive5xxErrors: z.number().optional(),
      consecutiveGatewayErrors: z.number().optional(),
      baseEjectionTime: z.string().optional(),
      maxEjectionPercent: z.number().optional(),
    })
    .optional(),
});

export const destinationRuleSpec = z.object({
  host: z.string(),
  exportTo: z.array(z.string()).optional(),
  trafficPolicy: trafficPolicy
    .extend({ portLevelSettings: z.array(trafficPolicy.extend({ port: z.object({ number: z.number() }) })).optional() })
    .optional(),
  subsets: z
    .array(z.object({ name: z.string(), labels: stringMap.optional(), trafficPolicy: trafficPolicy.optional() }))
    .optional(),
});

export type HttpMatch = z.infer<typeof match>;
export type HttpRoute = z.infer<typeof httpRoute>;
export type IstioDestination = z.infer<typeof destination>;
export type VirtualServiceSpec = z.infer<typeof virtualServiceSpec>;
export type GatewaySpec = z.infer<typeof gatewaySpec>;
export type TrafficPolicy = z.infer<typeof trafficPolicy>;
export type DestinationRuleSpec = z.infer<typeof destinationRuleSpec>;

/** An object as the edge reads it: whose it is, and its spec. */
export type Named<S> = { namespace: string; name: string; spec: S };
