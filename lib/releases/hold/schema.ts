import { z } from "zod";

/** A commit that nothing releases in an environment until a person lifts the hold. */
export const heldCommitView = z.object({
  commitSha: z.string(),
  environmentId: z.uuid(),
  environment: z.string(),
  reason: z.string().nullable(),
  since: z.iso.datetime(),
  /** Null = Kepler, after a failure or an abort. */
  by: z.string().nullable(),
  /** The rollback that left the commit behind. */
  releaseId: z.uuid(),
  releaseNumber: z.number().int(),
});
export type HeldCommitView = z.infer<typeof heldCommitView>;

export const liftHoldInput = z.object({
  environmentId: z.uuid(),
  commitSha: z.string().regex(/^[0-9a-f]{7,64}$/),
  reason: z.string().trim().min(1).max(500),
});
export type LiftHoldInput = z.infer<typeof liftHoldInput>;
