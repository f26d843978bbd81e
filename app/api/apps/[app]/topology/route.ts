import { z } from "zod";
import { route } from "#lib/access/route";
import { getTopology } from "#lib/topology/get-topology";
import { topologyView } from "#lib/topology/schema";

export const GET = route(
  {
    permission: "app.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: topologyView,
    scope: { app: "app" },
  },
  async ({ input, scope }) => getTopology(scope.app, input.environment),
);
