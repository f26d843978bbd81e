import { z } from "zod";
import { route } from "#lib/access/route";
import { buildFor } from "#lib/builds/build-for";
import { readBuildLog } from "#lib/builds/follow-log";
import { logFile } from "#lib/builds/log-stream";

export const GET = route(
  { permission: "build.read", input: z.object({ id: z.uuid() }), output: "stream", scope: { ownTeams: true } },
  async ({ db, actor, input }) => {
    const build = await buildFor(db, actor, "build.read", input.id);
    return logFile(readBuildLog(db, build.id), `${build.app.name}-${build.number}.log`);
  },
);
