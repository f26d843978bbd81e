import { z } from "zod";
import { route } from "#lib/access/route";
import { listPods } from "#lib/clusters/queries";
import { podView } from "#lib/clusters/schema";

export const GET = route(
  {
    permission: "app.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: z.object({ rows: z.array(podView), seenAt: z.iso.datetime().nullable() }),
    scope: { app: "app" },
  },
  async ({ input, scope, db }) => listPods(scope.app.id, input.environment, db),
);
