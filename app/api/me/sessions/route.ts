import { z } from "zod";
import { sessionList } from "#lib/access/me-schema";
import { listSessions } from "#lib/access/queries";
import { route } from "#lib/access/route";

export const GET = route(
  { permission: "self.read", input: z.object({}), output: sessionList },
  async ({ db, actor, now }) => ({ rows: await listSessions(db, actor, now()) }),
);
