import { route } from "#lib/access/route";
import { createBulk } from "#lib/releases/bulk/create-bulk";
import { createBulkInput, createBulkResult } from "#lib/releases/bulk/schema";

export const POST = route(
  { permission: "bulk.run", input: createBulkInput, output: createBulkResult },
  async ({ input, actor, audit, ...world }) => {
    const { bulkId } = await createBulk(actor, input, world);
    audit({ kind: "bulk-change", id: bulkId, detail: { kind: input.kind, services: input.appIds.length } });
    return { bulkId };
  },
);
