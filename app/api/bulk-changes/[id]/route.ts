import { z } from "zod";
import { route } from "#lib/access/route";
import { getBulkView } from "#lib/releases/bulk/queries";
import { bulkView } from "#lib/releases/bulk/schema";

/** One's own: what others asked for is theirs. */
export const GET = route(
  { permission: "bulk.read", input: z.object({ id: z.uuid() }), output: bulkView },
  async ({ input, actor, db }) => getBulkView(input.id, actor, db),
);
