import { z } from "zod";
import { route } from "#lib/access/route";
import { pinnedLogView } from "#lib/logs/pin-schema";
import { getPinnedLog } from "#lib/logs/queries";

const input = z.object({ app: z.string(), id: z.uuid() });

export const GET = route(
  { permission: "app.logs", input, output: pinnedLogView, scope: { app: "app" } },
  async ({ input: { id }, scope, db }) => getPinnedLog(db, scope.app.id, id),
);
