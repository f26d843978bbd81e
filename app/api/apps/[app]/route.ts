import { z } from "zod";
import { route } from "#lib/access/route";
import { appView } from "#lib/apps/schema";
import { getAppViewTogether } from "#lib/releases/queries";

export const GET = route(
  {
    permission: "app.read",
    input: z.object({ app: z.string() }),
    output: appView,
    scope: { app: "app" },
  },
  async ({ scope, db }) => getAppViewTogether(scope.app.id, db),
);
