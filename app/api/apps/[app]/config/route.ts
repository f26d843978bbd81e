import { z } from "zod";
import { route } from "#lib/access/route";
import { listConfig } from "#lib/config/queries";
import { saveConfig } from "#lib/config/save-config";
import {
  CONFIG_BODY_BYTES,
  listConfigInput,
  listConfigResult,
  saveConfigInput,
  saveConfigResult,
} from "#lib/config/schema";

const path = { app: z.string() };

export const GET = route(
  {
    permission: "config.read",
    input: listConfigInput.extend(path),
    output: listConfigResult,
    scope: { app: "app" },
  },
  async ({ input, scope, db }) => listConfig(scope.app.id, input.environment, db),
);

export const POST = route(
  {
    permission: "config.edit",
    input: saveConfigInput.extend(path),
    output: saveConfigResult,
    scope: { app: "app", environment: "environmentId" },
    action: "config.save",
    bodyLimitBytes: CONFIG_BODY_BYTES,
  },
  async ({ input: { app: _, ...input }, scope, actor, ...world }) => saveConfig(scope.app.id, actor.id, input, world),
);
