import { z } from "zod";
import { GATEWAY_MOVES } from "#lib/apps/spec/gateway-rules";
import { MOST_REPLICAS } from "#lib/apps/spec-schema";
import { publicError } from "#lib/platform/steps";
import { meshPreflight } from "../mesh/schema.ts";
import { RELEASE_KINDS, releaseState } from "../schema.ts";

const meshMode = z.enum(["normal", "mesh"]);
export type MeshMode = z.infer<typeof meshMode>;

export const LARGEST_BULK = 100;

/** The same change of several services in one environment. */
export const createBulkInput = z
  .object({
    environmentId: z.uuid(),
    appIds: z.array(z.uuid()).min(1).max(LARGEST_BULK),
    kind: z.enum(["restart", "scale", "configure"]),
    replicas: z.number().int().min(0).max(MOST_REPLICAS).nullable(),
    /** Configure: into the mesh, or out of it. */
    meshMode: meshMode.optional(),
    reason: z.string().trim().max(500).nullable(),
    idempotencyKey: z.string().min(8).max(64),
  })
  .refine(({ kind, replicas }) => (kind === "scale") === (replicas !== null), {
    path: ["replicas"],
    message: "bulk.replicas",
  })
  .refine(({ kind, meshMode: mode }) => (kind === "configure") === (mode !== undefined), {
    path: ["meshMode"],
    message: "bulk.mesh-mode",
  });
export type CreateBulkInput = z.infer<typeof createBulkInput>;

/** What a switch of their mesh mode would come to, service by service. */
export const previewBulkInput = z.object({
  environmentId: z.uuid(),
  appIds: z.array(z.uuid()).min(1).max(LARGEST_BULK),
  meshMode,
});
export type PreviewBulkInput = z.infer<typeof previewBulkInput>;
export const bulkPreview = z.object({
  items: z.array(
    z.object({
      appId: z.uuid(),
      app: z.string(),
      /** Why it would not be switched; null = it would. */
      error: publicError.nullable(),
      /** What should be known and does not stand in the way. */
      warnings: z.array(publicError),
      /** 0: it is there already. */
      podsToRestart: z.number().int(),
      mesh: meshPreflight.nullable(),
    }),
  ),
});
export type BulkPreview = z.infer<typeof bulkPreview>;

export const createBulkResult = z.object({ bulkId: z.uuid() });

/** A bulk change with what became of each service; an item with neither release nor error waits for its turn. */
export const bulkView = z.object({
  id: z.uuid(),
  environment: z.string(),
  kind: z.enum(RELEASE_KINDS),
  replicas: z.number().int().nullable(),
  gateway: z.enum(GATEWAY_MOVES).nullable(),
  meshMode: meshMode.nullable(),
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
