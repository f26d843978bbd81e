import "server-only";
import { type Db } from "#lib/platform/db";
import { env } from "#lib/platform/env";
import { NotFound } from "#lib/platform/errors";
import { checkSystem } from "./check-system.ts";
import { connectSystems, pingsOf, type Systems } from "./connect-systems.ts";
import { listSystems } from "./queries.ts";
import { type SystemView } from "./schema.ts";

let systems: Systems | undefined;

/** "Check again" of a person who does not want to wait for the next ping: asks, notes and answers. */
export async function checkSystemNow(
  db: Db,
  key: string,
  options: { now: Date; signal: AbortSignal },
): Promise<SystemView> {
  systems ??= connectSystems(env());
  await checkSystem(db, await pingsOf(db, systems), key, options);
  const view = (await listSystems(db)).find((system) => system.key === key);
  if (!view) throw new NotFound("There is no such system.");
  return view;
}
