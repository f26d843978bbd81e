import { z } from "zod";
import { route } from "#lib/access/route";
import { driftView } from "#lib/releases/change-schema";
import { findDrift } from "#lib/releases/find-drift";

export const GET = route(
  {
    permission: "release.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: driftView,
    scope: { app: "app" },
  },
  async ({ input, scope, signal }) => findDrift(scope.app.id, input.environment, { signal }),
);
