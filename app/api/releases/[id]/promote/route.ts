import { z } from "zod";
import { route } from "#lib/access/route";
import { promoteRelease } from "#lib/releases/hold/hold-release";

export const POST = route(
  { permission: "release.promote", input: z.object({ id: z.uuid() }), output: z.undefined(), scope: { release: "id" } },
  async ({ scope, actor, ...world }) => promoteRelease(scope.release.id, actor.id, world),
);
