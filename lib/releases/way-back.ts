import "server-only";
import { doneBefore } from "#lib/diagnosis/done-before";
import { type Tx } from "#lib/platform/db";

type Row = { number: number; appId: string; environmentId: string };

/** What whoever wanted to stop a release can do once it is too late for that; nothing where nothing ran before it. */
export async function wayBack(tx: Tx, { number, appId, environmentId }: Row): Promise<string | undefined> {
  const before = await doneBefore(tx, { number, app: { id: appId }, environment: { id: environmentId } });
  return before ? "Roll back if you want what ran before." : undefined;
}
