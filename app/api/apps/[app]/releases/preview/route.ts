import { z } from "zod";
import { route } from "#lib/access/route";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { releaseIntent, releasePreview } from "#lib/releases/schema";

// A POST because its question has a body; it changes nothing, so whoever may read releases may ask.
export const POST = route(
  {
    permission: "release.read",
    input: releaseIntent.extend({ app: z.string() }),
    output: releasePreview,
    scope: { app: "app" },
    action: "release.preview",
  },
  async ({ input: { app: _, ...intent }, scope, signal }) => previewRelease(scope.app.id, intent, { signal }),
);
