import { z } from "zod";
import { route } from "#lib/access/route";
import { listKubernetesEventsTogether } from "#lib/clusters/queries";
import { eventList } from "#lib/clusters/schema";

export const GET = route(
  {
    permission: "app.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: eventList,
    scope: { app: "app" },
  },
  async ({ input, scope, db }) => listKubernetesEventsTogether(scope.app.id, input.environment, db),
);
