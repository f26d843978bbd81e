import { z } from "zod";
import { route } from "#lib/access/route";
import { restoreConfig } from "#lib/config/save-config";
import { restoreConfigInput, saveConfigResult } from "#lib/config/schema";

export const POST = route(
  {
    permission: "config.edit",
    input: restoreConfigInput.extend({ app: z.string() }),
    output: saveConfigResult,
    scope: { app: "app", environment: "environmentId" },
    action: "config.restore",
  },
  async ({ input: { app: _, ...input }, scope, actor, ...world }) =>
    restoreConfig(scope.app.id, actor.id, input, world),
);
