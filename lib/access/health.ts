import "server-only";
import { type Db } from "#lib/platform/db";
import { Unavailable } from "#lib/platform/errors";

/** 200 when this process and the database answer, for probes and the start script. Throws Unavailable. */
export async function answerHealth(db: Db): Promise<Response> {
  try {
    await db.$queryRaw`select 1`;
  } catch (cause) {
    throw new Unavailable("The database does not answer.", { system: "database", cause });
  }
  return Response.json({ status: "ok" });
}
