import "server-only";
import { z } from "zod";
import { equalSecrets, sha256Hex } from "#lib/platform/crypto";
import { type Db, type Tx } from "#lib/platform/db";
import { Denied } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";
import { buildJob } from "./build-job.ts";
import { insertBuild } from "./insert-build.ts";
import { judgePush, type PushVerdict, pushEvent } from "./push-rules.ts";

const jsonBody = z.record(z.string(), z.json());

type Verifier = { db: Db; open(envelope: string): string; now(): Date };
type World = { db: Db; enqueue: Queue["enqueue"]; now(): Date };

type App = {
  id: string;
  gitlabProjectId: number | null;
  defaultRef: string;
  buildOnPush: boolean;
  retiringAt: Date | null;
};
/** The head of a delivery whose sender knows the app's token. */
export type VerifiedDelivery = {
  app: App;
  /** X-Gitlab-Event. */
  event: string;
  /** Idempotency-Key: the same for every retry of a delivery. */
  idempotencyKey: string | null;
};
export type DeliveryAnswer = { verdict: "accepted" | "ignored" | "duplicate" | "rejected"; reason: string | null };

/** Proves a delivery by X-Gitlab-Token. Throws Denied for a wrong one, and for an unknown app alike. */
export async function deliveredApp(world: Verifier, appId: string, headers: Headers): Promise<VerifiedDelivery> {
  const event = (headers.get("x-gitlab-event") ?? "unknown").slice(0, 80);
  const found = z.uuid().safeParse(appId).success
    ? await world.db.app.findFirst({
        // Of a retired service too: a delivery may be on its way when its hook goes, and is told so.
        where: { id: appId },
        select: {
          id: true,
          webhookSecret: true,
          gitlabProjectId: true,
          defaultRef: true,
          buildOnPush: true,
          retiringAt: true,
        },
      })
    : null;
  const expected = found ? world.open(found.webhookSecret) : "";
  if (!equalSecrets(headers.get("x-gitlab-token") ?? "", expected) || !found) {
    if (found) await countForgery(world, found.id, event);
    throw new Denied("The delivery's token is not this service's.", {
      next: "Provision the service again: that renews the hook's token.",
    });
  }
  const { webhookSecret: _sealed, ...app } = found;
  return { app, event, idempotencyKey: headers.get("idempotency-key")?.slice(0, 200) ?? null };
}

/**
 * Takes in one delivery: keeps it with its verdict and requests a build when it asks for one. Does no work beyond that,
 * so that GitLab has its answer at once.
 */
export async function receivePush(world: World, delivery: VerifiedDelivery, text: string): Promise<DeliveryAnswer> {
  const dedupeKey = `${delivery.app.id}:${delivery.idempotencyKey ?? sha256Hex(text)}`;
  return world.db.$transaction(async (tx) => {
    if (await isRepeat(tx, dedupeKey)) {
      return { verdict: "duplicate", reason: "This delivery was received before." } as const;
    }
    const body = parseJson(text);
    const judged = judge(delivery.app, body);
    const answer = judged.verdict === "accepted" ? await build(world, tx, delivery.app.id, dedupeKey, judged) : judged;
    await tx.webhookDelivery.create({
      data: {
        system: "gitlab",
        dedupeKey,
        appId: delivery.app.id,
        event: delivery.event,
        body: body ?? {},
        verdict: answer.verdict,
        reason: answer.reason,
        receivedAt: world.now(),
        processedAt: world.now(),
      },
    });
    return answer;
  });
}

/** Counts a repeat. The lock makes two copies that arrive together wait for each other. */
async function isRepeat(tx: Tx, dedupeKey: string): Promise<boolean> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${dedupeKey}, 0))`;
  const { count } = await tx.webhookDelivery.updateMany({
    where: { system: "gitlab", dedupeKey },
    data: { repeats: { increment: 1 } },
  });
  return count > 0;
}

/** Deliveries with a wrong token leave one row an hour, without their body: nobody fills the inbox from outside. */
async function countForgery(world: Verifier, appId: string, event: string): Promise<void> {
  const hour = world.now().toISOString().slice(0, 13);
  const key = { system: "gitlab", dedupeKey: `${appId}:forged:${hour}` };
  await world.db.webhookDelivery.upsert({
    where: { system_dedupeKey: key },
    update: { repeats: { increment: 1 } },
    create: {
      ...key,
      appId,
      event,
      body: {},
      verdict: "rejected",
      reason: "The token is not this service's.",
      receivedAt: world.now(),
    },
  });
}

function judge(app: App, body: unknown): PushVerdict {
  const parsed = pushEvent.safeParse(body);
  if (parsed.success) return judgePush(app, parsed.data);
  return { verdict: "rejected", reason: "The body is not a push event of GitLab (a custom payload template?)." };
}

async function build(
  world: World,
  tx: Tx,
  appId: string,
  dedupeKey: string,
  push: Extract<PushVerdict, { verdict: "accepted" }>,
): Promise<DeliveryAnswer> {
  const inserted = await insertBuild(tx, {
    appId,
    ref: push.ref,
    refKind: "branch",
    commit: push.commit,
    trigger: "push",
    requestedById: null,
    idempotencyKey: `push:${dedupeKey}`,
    onlyIfNews: true,
  });
  if (!inserted.created) return { verdict: "ignored", reason: `This commit is build ${inserted.number} already.` };
  await world.enqueue(tx, buildJob, inserted.id);
  return { verdict: "accepted", reason: `Build ${inserted.number} was requested.` };
}

/** The body as JSON that Postgres can keep, or null. */
function parseJson(text: string) {
  try {
    return jsonBody.parse(JSON.parse(text.replaceAll("\\u0000", "")));
  } catch {
    return null;
  }
}
