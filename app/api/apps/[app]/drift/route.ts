import { z } from "zod";
import { route } from "#lib/access/route";
import { findDrift } from "#lib/releases/drift/find-drift";
import { driftView } from "#lib/releases/drift/schema";

export const GET = route(
  {
    permission: "release.read",
    input: z.object({ app: z.string(), environment: z.string().max(80) }),
    output: driftView,
    scope: { app: "app" },
  },
  async ({ input, scope, signal }) => findDrift(scope.app.id, input.environment, { signal }),
);
