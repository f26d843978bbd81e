import { z } from "zod";
import { route } from "#lib/access/route";
import { logFile } from "#lib/builds/log-stream";
import { getPinnedLog } from "#lib/logs/queries";

const input = z.object({ app: z.string(), id: z.uuid() });

/** Byte for byte what the SHA-256 is of. */
export const GET = route(
  { permission: "app.logs", input, output: "stream", scope: { app: "app" } },
  async ({ input: { id }, scope, db }) => {
    const { text } = await getPinnedLog(db, scope.app.id, id);
    return logFile(
      (async function* () {
        yield text;
      })(),
      `${scope.app.name}-pinned-${id}.log`,
    );
  },
);
