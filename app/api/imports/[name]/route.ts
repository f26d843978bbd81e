import { route } from "#lib/access/route";
import { previewImport } from "#lib/releases/import/preview-import";
import { importPreview, previewImportInput } from "#lib/releases/import/schema";

export const GET = route(
  {
    permission: "app.import",
    input: previewImportInput,
    output: importPreview,
    scope: { team: "teamId", environment: "environmentId" },
  },
  ({ input, signal }) => previewImport(input, { signal }),
);
