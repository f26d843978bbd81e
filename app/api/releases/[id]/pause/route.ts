import { z } from "zod";
import { route } from "#lib/access/route";
import { pauseRelease } from "#lib/releases/hold/hold-release";

export const POST = route(
  { permission: "release.pause", input: z.object({ id: z.uuid() }), output: z.undefined(), scope: { release: "id" } },
  async ({ scope, actor, ...world }) => pauseRelease(scope.release.id, actor.id, world),
);
