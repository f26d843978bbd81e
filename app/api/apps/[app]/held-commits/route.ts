import { z } from "zod";
import { route } from "#lib/access/route";
import { listHeldCommits } from "#lib/releases/hold/held-commits";
import { heldCommitView } from "#lib/releases/hold/schema";

export const GET = route(
  {
    permission: "release.read",
    input: z.object({ app: z.string() }),
    output: z.object({ rows: z.array(heldCommitView) }),
    scope: { app: "app" },
  },
  async ({ scope, db }) => ({ rows: await listHeldCommits(scope.app.id, db) }),
);
