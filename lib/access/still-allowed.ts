import "server-only";
import { authenticate } from "./authenticate.ts";
import { type World } from "./route/world.ts";
import { allows, type Permission } from "./rules.ts";

/** A stream that goes on asks this often whether its reader still may; they are cut off within that time. */
export const RECHECK_MS = 5_000;

/** Asks again whether whoever sent the request may do this. A database that is away for a moment says nothing about rights. */
export async function stillAllowed(
  { db, now }: Pick<World, "db" | "now">,
  { headers }: Request,
  permission: Permission,
  teamId: string,
): Promise<boolean> {
  const actor = await authenticate(db, headers, now()).catch(() => "unknown" as const);
  return actor === "unknown" || (actor !== null && allows(actor, permission, teamId));
}
