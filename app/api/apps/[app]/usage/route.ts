import { z } from "zod";
import { route } from "#lib/access/route";
import { getUsage } from "#lib/clusters/get-usage";
import { usageView } from "#lib/clusters/schema";

export const GET = route(
  {
    permission: "app.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: usageView,
    scope: { app: "app" },
  },
  async ({ input, scope, signal }) => getUsage(scope.app, input.environment, { signal }),
);
