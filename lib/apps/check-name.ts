import "server-only";
import { type Db } from "#lib/platform/db";
import { nameTaken } from "./name-taken.ts";
import { nameProblem } from "./naming-rules.ts";

/** May a service be called this? See `nameTaken`. */
export async function checkName(db: Db, name: string): Promise<{ free: boolean; reason: string | null }> {
  const problem = nameProblem(name);
  if (problem) return { free: false, reason: problem };
  const reason = await nameTaken(db, name);
  return { free: reason === null, reason };
}
