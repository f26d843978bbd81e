import { z } from "zod";
import { systemView } from "#lib/clusters/schema";

/** GET /api/systems. */
export const systems = z.object({ rows: z.array(systemView) });
