import { z } from "zod";
import { route } from "#lib/access/route";
import { getConfigEntries } from "#lib/config/queries";
import { configEntriesInput, configEntriesView } from "#lib/config/schema";

export const GET = route(
  {
    permission: "config.read",
    input: configEntriesInput.extend({ app: z.string() }),
    output: configEntriesView,
    scope: { app: "app" },
  },
  async ({ input: { app: _, ...input }, scope, db }) => getConfigEntries(scope.app.id, input, db),
);
