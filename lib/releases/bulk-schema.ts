import { z } from "zod";
import { GATEWAY_MOVES } from "#lib/apps/spec/gateway-rules";
import { MOST_REPLICAS } from "#lib/apps/spec-schema";
import { publicError } from "#lib/platform/steps";
import { RELEASE_KINDS, releaseState } from "./schema.ts";

export const LARGEST_BULK = 100;

/** The same change of several services in one environment. */
export const createBulkInput = z
  .object({
    environmentId: z.uuid(),
    appIds: z.array(z.uuid()).min(1).max(LARGEST_BULK),
    kind: z.enum(["restart", "scale"]),
    replicas: z.number().int().min(0).max(MOST_REPLICAS).nullable(),
    reason: z.string().trim().max(500).nullable(),
    idempotencyKey: z.string().min(8).max(64),
  })
  .refine(({ kind, replicas }) => (kind === "scale") === (replicas !== null), {
    path: ["replicas"],
    message: "bulk.replicas",
  });
export type CreateBulkInput = z.infer<typeof createBulkInput>;

export const createBulkResult = z.object({ bulkId: z.uuid() });

/** A bulk change with what became of each service; an item with neither release nor error waits for its turn. */
export const bulkView = z.object({
  id: z.uuid(),
  environment: z.string(),
  kind: z.enum(RELEASE_KINDS),
  replicas: z.number().int().nullable(),
  gateway: z.enum(GATEWAY_MOVES).nullable(),
  requestedAt: z.iso.datetime(),
  items: z.array(
    z.object({
      appId: z.uuid(),
      app: z.string(),
      release: z.object({ id: z.uuid(), number: z.number().int(), state: releaseState }).nullable(),
      error: publicError.nullable(),
    }),
  ),
});
export type BulkView = z.infer<typeof bulkView>;
