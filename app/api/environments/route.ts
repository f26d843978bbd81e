import { z } from "zod";
import { route } from "#lib/access/route";
import { listEnvironments } from "#lib/clusters/queries";
import { environmentView } from "#lib/clusters/schema";

export const GET = route(
  {
    permission: "environment.list",
    input: z.object({}),
    output: z.object({ rows: z.array(environmentView) }),
  },
  async ({ db }) => ({ rows: await listEnvironments(db) }),
);
