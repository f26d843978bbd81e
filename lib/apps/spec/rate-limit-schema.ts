import { z } from "zod";

const many = z.number().int().min(1).max(1_000_000);

/**
 * A token bucket: `burst` requests at once, then so many in each second or minute; what is beyond is answered with 429
 * (RFC 6585, 4). Who counts, each for itself: at Istio's gateway the sidecar of each of the service's pods, at an Ingress
 * each pod of the gateway (docs/decisions/0032).
 */
export const routeRateLimit = z.object({ requests: many, per: z.enum(["second", "minute"]), burst: many });
export type RouteRateLimit = z.output<typeof routeRateLimit>;
