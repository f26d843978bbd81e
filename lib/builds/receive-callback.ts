import "server-only";
import { equalSecrets, hmacToken } from "#lib/platform/crypto";
import { type Db } from "#lib/platform/db";
import { Denied } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";
import { buildJob } from "./build-job.ts";

type World = { db: Db; enqueue: Queue["enqueue"]; open(envelope: string): string; now(): Date };

/**
 * Jenkins says that a build has ended. The word is only taken as a reason to look: what came of it is read from Jenkins.
 * The token is this build's own HMAC. Throws Denied for any other, and for an unknown build alike.
 */
export async function receiveCallback(world: World, buildId: string, token: string | null): Promise<void> {
  const build = await world.db.build.findUnique({
    where: { id: buildId },
    select: { app: { select: { callbackSecret: true } } },
  });
  const expected = build ? hmacToken(world.open(build.app.callbackSecret), buildId) : "";
  if (!build || !equalSecrets(token ?? "", expected)) throw new Denied("The callback's token is not this build's.");
  await world.db.$transaction(async (tx) => {
    await tx.build.updateMany({ where: { id: buildId, callbackAt: null }, data: { callbackAt: world.now() } });
    await world.enqueue(tx, buildJob, buildId);
  });
}
