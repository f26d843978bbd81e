import { z } from "zod";
import { route } from "#lib/access/route";
import { readBuildLog } from "#lib/builds/follow-log";
import { logFile } from "#lib/builds/log-stream";

export const GET = route(
  { permission: "build.read", input: z.object({ id: z.uuid() }), output: "stream", scope: { build: "id" } },
  async ({ db, scope: { build } }) => logFile(readBuildLog(db, build.id), `${build.app.name}-${build.number}.log`),
);
