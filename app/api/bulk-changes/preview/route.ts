import { route } from "#lib/access/route";
import { previewBulk } from "#lib/releases/bulk/preview-bulk";
import { bulkPreview, previewBulkInput } from "#lib/releases/bulk/schema";

// A POST because its question has a body; it changes nothing.
export const POST = route(
  { permission: "bulk.run", input: previewBulkInput, output: bulkPreview, action: "bulk.preview" },
  async ({ input, actor, signal, db }) => previewBulk(actor, input, { signal }, db),
);
