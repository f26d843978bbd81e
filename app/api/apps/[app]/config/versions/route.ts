import { z } from "zod";
import { route } from "#lib/access/route";
import { listConfigVersions } from "#lib/config/queries";
import { configSetInput, listConfigVersionsResult } from "#lib/config/schema";

export const GET = route(
  {
    permission: "config.read",
    input: configSetInput.extend({ app: z.string() }),
    output: listConfigVersionsResult,
    scope: { app: "app" },
  },
  async ({ input: { app: _, ...input }, scope, db }) => listConfigVersions(scope.app.id, input, db),
);
