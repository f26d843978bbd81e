import { z } from "zod";
import { route } from "#lib/access/route";
import { getSettings } from "#lib/releases/settings/get-settings";
import { settingsView } from "#lib/releases/settings/schema";

export const GET = route(
  {
    permission: "release.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: settingsView,
    scope: { app: "app" },
  },
  async ({ input, scope, db }) => getSettings(scope.app.id, input.environment, db),
);
