import "server-only";
import { type Db } from "#lib/platform/db";
import { publish } from "#lib/platform/events";
import { type TerminalPolicy } from "./schema.ts";

/** What an environment asks of terminals from now on, also of those that are open; null = as its purpose has it. */
export async function setTerminalPolicy(db: Db, environmentId: string, policy: TerminalPolicy | null): Promise<void> {
  await db.environment.update({
    where: { id: environmentId },
    data: { terminalPolicy: policy?.mode ?? null, terminalMinutes: policy?.limitMinutes ?? null },
  });
  await publish(db, { kind: "terminal", subjectId: environmentId, teamId: null, appId: null });
}
