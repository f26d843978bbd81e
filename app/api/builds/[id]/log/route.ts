import { z } from "zod";
import { route } from "#lib/access/route";
import { stillAllowed } from "#lib/access/still-allowed";
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
  async ({ db, now, subscribe, scope: { build }, input, request, signal }) => {
    const resumeAt = request.headers.get("last-event-id");
    const from = resumeAt === null ? input.offset : offset.parse(resumeAt);
    const mayStill = () => stillAllowed({ db, now }, request, "build.read", build.app.teamId);
    return logStream((ending) => followBuildLog({ db, subscribe }, build.id, from, ending), { signal, mayStill });
  },
);
