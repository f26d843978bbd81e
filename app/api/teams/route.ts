import { z } from "zod";
import { route } from "#lib/access/route";
import { listTeams } from "#lib/apps/queries";
import { listTeamsResult } from "#lib/apps/schema";

export const GET = route(
  { permission: "team.list", input: z.object({}), output: listTeamsResult },
  async ({ db, actor }) => ({ rows: await listTeams(db, actor) }),
);
