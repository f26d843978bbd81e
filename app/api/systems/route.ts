import { z } from "zod";
import { route } from "#lib/access/route";
import { listSystems } from "#lib/clusters/queries";
import { systemView } from "#lib/clusters/schema";

export const GET = route(
  {
    permission: "system.read",
    input: z.object({}),
    output: z.object({ rows: z.array(systemView) }),
  },
  async ({ db }) => ({ rows: await listSystems(db) }),
);
