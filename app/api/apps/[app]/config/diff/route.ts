import { z } from "zod";
import { route } from "#lib/access/route";
import { getConfigDiff } from "#lib/config/queries";
import { configDiffInput, configDiffView } from "#lib/config/schema";

export const GET = route(
  {
    permission: "config.read",
    input: configDiffInput.extend({ app: z.string() }),
    output: configDiffView,
    scope: { app: "app" },
  },
  async ({ input: { app: _, ...input }, scope, db }) => getConfigDiff(scope.app.id, input, db),
);
