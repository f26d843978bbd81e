import { z } from "zod";

export const LEASE_OUTCOMES = ["given_back", "changed", "replaced"] as const;

/** A scale release with an end. */
export const scaleLeaseView = z.object({
  id: z.uuid(),
  environmentId: z.uuid(),
  releaseId: z.uuid(),
  releaseNumber: z.number().int(),
  by: z.string().nullable(),
  replicas: z.number().int(),
  /** What it goes back to. */
  backTo: z.number().int(),
  until: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  outcome: z.enum(LEASE_OUTCOMES).nullable(),
});
export type ScaleLeaseView = z.infer<typeof scaleLeaseView>;

/** Moves the end of the lease that is on; null = ends it now. */
export const moveLeaseInput = z.object({ environmentId: z.uuid(), until: z.iso.datetime().nullable() });
export type MoveLeaseInput = z.infer<typeof moveLeaseInput>;
