import { z } from "zod";
import { HEALTH_STATES } from "#lib/apps/schema";
import { GATEWAY_MOVES, TRAFFIC_FEATURES } from "#lib/apps/spec/gateway-rules";
import { TRAFFIC_POLICY_PARTS } from "#lib/apps/spec/traffic-policy-schema";
import { certificateFault } from "#lib/clusters/certificate-schema";
import { publicError } from "#lib/platform/steps";

export const GATEWAY_CLASSES = ["istio", "ingress"] as const;
const gatewayClass = z.enum(GATEWAY_CLASSES);
const gatewayMove = z.enum(GATEWAY_MOVES);

/** What is looked at: the class is known, the gateway has an address, it answers there, its hosts are nobody else's, its certificates are good. */
export const GATEWAY_CHECKS = ["class", "address", "answers", "hosts", "certificates"] as const;
export const gatewayCheck = z.object({
  name: z.enum(GATEWAY_CHECKS),
  /** `warn`: routes can move, but something of it could not be looked at or will not work. */
  state: z.enum(["ok", "warn", "fail"]),
  /** In the cluster's own words: a name, an address, a host; of certificates, our sentences, each in a line of its own. */
  detail: z.string().nullable(),
});
export type GatewayCheck = z.infer<typeof gatewayCheck>;

/** A check as it is kept: the certificates' with what is wrong of each, for whoever asks about one service. */
export const keptCheck = gatewayCheck.extend({ faults: z.array(certificateFault).default([]) });
export type KeptCheck = z.infer<typeof keptCheck>;

export const gatewayStanding = z.object({
  gatewayClass,
  /** As of its checks: would it carry the routes of the environment now? */
  state: z.enum(["ready", "limited", "unready", "unknown"]),
  checks: z.array(gatewayCheck),
  checkedAt: z.iso.datetime().nullable(),
  routes: z.number().int(),
  services: z.number().int(),
  /** Services that it carries though their own gateway is the other one. */
  guests: z.number().int(),
});
export type GatewayStanding = z.infer<typeof gatewayStanding>;

export const gatewayRoute = z.object({
  app: z.string(),
  host: z.string(),
  path: z.string(),
  pathType: z.enum(["prefix", "exact"]),
  port: z.number().int(),
  /** Its own gateway, the one that carries it, and the one that it is on its way to. */
  gatewayClass,
  carrier: gatewayClass,
  movingTo: gatewayClass.nullable(),
  /** Rules that rest, or that keep the route from being served there. */
  loss: z.object({ is: z.enum(["resting", "unserved"]), features: z.array(z.enum(TRAFFIC_FEATURES)) }).nullable(),
  health: z.enum(HEALTH_STATES),
});
export type GatewayRoute = z.infer<typeof gatewayRoute>;

export const listRoutesInput = z.object({
  id: z.uuid(),
  q: z.string().trim().max(100).default(""),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});
export type ListRoutesInput = z.infer<typeof listRoutesInput>;

/** An environment's gateways, its routes page by page, and the newest move between them. */
export const gatewaysView = z.object({
  gateways: z.array(gatewayStanding),
  /** Which gateway carries the routes: one of them, or both. */
  on: z.enum(["istio", "ingress", "both", "none"]),
  rows: z.array(gatewayRoute),
  total: z.number().int(),
  page: z.number().int(),
  pageSize: z.number().int(),
  lastMove: z
    .object({
      id: z.uuid(),
      to: gatewayMove,
      by: z.string(),
      at: z.iso.datetime(),
      count: z.number().int(),
      moved: z.number().int(),
      failed: z.number().int(),
    })
    .nullable(),
  /** Where a move would have something to do, and be allowed to. */
  moves: z.array(z.object({ to: gatewayMove, services: z.number().int() })),
});
export type GatewaysView = z.infer<typeof gatewaysView>;

export const previewMoveInput = z.object({ id: z.uuid(), to: gatewayMove });
export const moveItem = z.object({
  appId: z.uuid(),
  app: z.string(),
  routes: z.number().int(),
  from: gatewayClass,
  to: gatewayClass,
  losses: z.array(
    z.object({
      host: z.string(),
      path: z.string(),
      is: z.enum(["resting", "unserved"]),
      features: z.array(z.enum(TRAFFIC_FEATURES)),
    }),
  ),
  /** What of the service's traffic policy that gateway does not keep to. */
  resting: z.array(z.enum(TRAFFIC_POLICY_PARTS)),
  /** It would refuse that gateway, as whoever has no identity in the mesh. */
  shut: z.boolean(),
});
export type MoveItem = z.infer<typeof moveItem>;

/** A service that moves, and what else comes of it. */
export const movingItem = moveItem.extend({
  /** The canary on trial there, which ends: what moves is the release before it. */
  trial: z.object({ number: z.number().int(), before: z.number().int() }).nullable(),
  /** What was wrong with its certificates at that gateway when it was last looked at. */
  certificates: z.array(
    z.object({
      hosts: z.array(z.string()),
      /** It is not served there with such a one, so it stays where it is. */
      stays: z.boolean(),
      error: publicError,
    }),
  ),
});
export type MovingItem = z.infer<typeof movingItem>;
export const movePreview = z.object({
  to: gatewayMove,
  moves: z.array(movingItem),
  /** None of their routes could be served there, so they stay. */
  stay: z.array(moveItem),
  /** Services of teams in which the actor is no operator: they stay too. */
  notMine: z.number().int(),
  /** Of the gateways that would take over. */
  targets: z.array(gatewayStanding),
});
export type MovePreview = z.infer<typeof movePreview>;

export const createMoveInput = previewMoveInput.extend({
  reason: z.string().trim().max(500).nullable(),
  idempotencyKey: z.string().min(8).max(64),
});
export type CreateMoveInput = z.infer<typeof createMoveInput>;
export const createMoveResult = z.object({ bulkId: z.uuid() });
