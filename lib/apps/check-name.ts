import "server-only";
import { type Db } from "#lib/platform/db";
import { nameProblem } from "./naming-rules.ts";

/** May a service be called this? A name once used stays taken, also after the service is retired. */
export async function checkName(db: Db, name: string): Promise<{ free: boolean; reason: string | null }> {
  const problem = nameProblem(name);
  if (problem) return { free: false, reason: problem };
  const taken = await db.app.findUnique({ where: { name }, select: { id: true } });
  return taken ? { free: false, reason: "name.taken" } : { free: true, reason: null };
}
