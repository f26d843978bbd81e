import { z } from "zod";
import { route } from "#lib/access/route";
import { abortRelease } from "#lib/releases/abort-release";

export const POST = route(
  { permission: "release.abort", input: z.object({ id: z.uuid() }), output: z.undefined(), scope: { release: "id" } },
  async ({ scope, ...world }) => {
    await abortRelease(scope.release.id, world);
    return undefined;
  },
);
