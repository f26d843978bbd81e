import { z } from "zod";
import { route } from "#lib/access/route";
import { listPodsTogether } from "#lib/clusters/queries";
import { podList } from "#lib/clusters/schema";

export const GET = route(
  {
    permission: "app.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: podList,
    scope: { app: "app" },
  },
  async ({ input, scope, db }) => listPodsTogether(scope.app.id, input.environment, db),
);
