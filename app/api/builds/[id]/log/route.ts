import { z } from "zod";
import { route } from "#lib/access/route";
import { followBuildLog } from "#lib/builds/follow-log";
import { logStream } from "#lib/builds/log-stream";

/** What is no place in a log is its beginning; a log has fewer bytes than an int4 counts. */
const offset = z.coerce.number().int().min(0).max(2_147_483_647).catch(0);

export const GET = route(
  {
    permission: "build.read",
    input: z.object({ id: z.uuid(), offset: offset.default(0) }),
    output: "stream",
    scope: { build: "id" },
  },
  async ({ db, subscribe, scope, input, request, signal }) => {
    const resumeAt = request.headers.get("last-event-id");
    const from = resumeAt === null ? input.offset : offset.parse(resumeAt);
    return logStream(followBuildLog({ db, subscribe }, scope.build.id, from, signal));
  },
);
