import "server-only";
import { z } from "zod";
import { equalSecrets, hmacToken } from "#lib/platform/crypto";
import { type Db } from "#lib/platform/db";
import { Denied } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";
import { buildJob } from "./build-job.ts";

type Verifier = { db: Db; open(envelope: string): string };
type World = { db: Db; enqueue: Queue["enqueue"]; now(): Date };

/** Proves a callback by its bearer token, this build's own HMAC. Throws Denied for any other, and for an unknown build alike. */
export async function calledBackBuild(world: Verifier, buildId: string, headers: Headers): Promise<string> {
  const build = z.uuid().safeParse(buildId).success
    ? await world.db.build.findUnique({ where: { id: buildId }, select: { app: { select: { callbackSecret: true } } } })
    : null;
  const expected = build ? hmacToken(world.open(build.app.callbackSecret), buildId) : "";
  const token = /^Bearer (\S+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  if (!equalSecrets(token, expected) || !build) throw new Denied("The callback's token is not this build's.");
  return buildId;
}

/** Jenkins says that a build has ended. That is only taken as a reason to look: what came of it is read from Jenkins. */
export async function receiveCallback(world: World, buildId: string): Promise<void> {
  await world.db.$transaction(async (tx) => {
    await tx.build.updateMany({ where: { id: buildId, callbackAt: null }, data: { callbackAt: world.now() } });
    await world.enqueue(tx, buildJob, buildId);
  });
}
