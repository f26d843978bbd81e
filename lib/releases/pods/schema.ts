import { z } from "zod";
import { publicError } from "#lib/platform/steps";

/** What became of the wish that a pod ends: over when it is gone, on its way out, or refused. */
export const podDeletionView = z.object({ name: z.string(), ended: z.boolean(), error: publicError.nullable() });
export type PodDeletionView = z.infer<typeof podDeletionView>;
