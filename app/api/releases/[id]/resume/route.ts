import { z } from "zod";
import { route } from "#lib/access/route";
import { resumeRelease } from "#lib/releases/hold/hold-release";

export const POST = route(
  {
    permission: "release.pause",
    input: z.object({ id: z.uuid() }),
    output: z.undefined(),
    scope: { release: "id" },
    action: "release.resume",
  },
  async ({ scope, ...world }) => resumeRelease(scope.release.id, world),
);
