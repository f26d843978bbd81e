import "server-only";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { checkSystem } from "./check-system.ts";
import { ownSystems, pingsOf } from "./connect-systems.ts";
import { listSystems } from "./queries.ts";
import { type SystemView } from "./schema.ts";

/** "Check again" of a person who does not want to wait for the next ping: asks, notes and answers. */
export async function checkSystemNow(
  db: Db,
  key: string,
  options: { now: Date; signal: AbortSignal },
): Promise<SystemView> {
  await checkSystem(db, await pingsOf(db, ownSystems()), key, options);
  const view = (await listSystems(db)).find((system) => system.key === key);
  if (!view) throw new NotFound("There is no such system.");
  return view;
}
