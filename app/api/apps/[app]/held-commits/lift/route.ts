import { z } from "zod";
import { route } from "#lib/access/route";
import { liftHold } from "#lib/releases/hold/lift-hold";
import { liftHoldInput } from "#lib/releases/hold/schema";

export const POST = route(
  {
    permission: "release.create",
    input: liftHoldInput.extend({ app: z.string() }),
    output: z.undefined(),
    scope: { app: "app", environment: "environmentId" },
    action: "hold.lift",
  },
  async ({ input: { app: _, ...lift }, scope, actor, ...world }) => liftHold(scope.app, actor.id, lift, world),
);
