import "server-only";
import { equalSecrets, sha256Hex } from "#lib/platform/crypto";
import { type Db, type Tx } from "#lib/platform/db";
import { Denied } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";
import { buildJob } from "./build-job.ts";
import { insertBuild } from "./insert-build.ts";
import { type PushVerdict, judgePush, pushEvent } from "./push-rules.ts";
import { z } from "zod";

const jsonBody = z.record(z.string(), z.json());

type World = { db: Db; enqueue: Queue["enqueue"]; open(envelope: string): string; now(): Date };

/** What came over the wire, before anything of it is believed. */
export type Delivery = {
  appId: string;
  /** X-Gitlab-Token. */
  token: string | null;
  /** X-Gitlab-Event. */
  event: string;
  /** Idempotency-Key: the same for every retry of a delivery. */
  idempotencyKey: string | null;
  /** The body's text. */
  body: string;
};
export type DeliveryAnswer = { verdict: "accepted" | "ignored" | "duplicate" | "rejected"; reason: string | null };

/**
 * Takes in one delivery of GitLab: verifies it, keeps it with its verdict, and requests a build when it asks for one.
 * Does no work beyond that, so GitLab has its answer at once. Throws Denied for a wrong token (and an unknown app alike).
 */
export async function receivePush(world: World, delivery: Delivery): Promise<DeliveryAnswer> {
  const app = await world.db.app.findFirst({
    where: { id: delivery.appId, retiredAt: null },
    select: { id: true, webhookSecret: true, gitlabProjectId: true, defaultRef: true, buildOnPush: true },
  });
  const expected = app ? world.open(app.webhookSecret) : "";
  if (!equalSecrets(delivery.token ?? "", expected) || !app) {
    if (app) await countForgery(world, delivery);
    throw new Denied("The delivery's token is not this service's.", {
      next: "Provision the service again: that renews the hook's token.",
    });
  }
  return world.db.$transaction(async (tx) => {
    const known = await repeatOf(tx, delivery);
    if (known) return { verdict: "duplicate", reason: "This delivery was received before." } as const;
    const body = parseJson(delivery.body);
    const judged = judge(app, body);
    const answer = judged.verdict === "accepted" ? await build(world, tx, delivery, judged) : judged;
    await tx.webhookDelivery.create({
      data: {
        system: "gitlab",
        dedupeKey: dedupeKey(delivery),
        appId: delivery.appId,
        event: delivery.event.slice(0, 80),
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

const dedupeKey = (delivery: Delivery): string =>
  `${delivery.appId}:${delivery.idempotencyKey?.slice(0, 200) ?? sha256Hex(delivery.body)}`;

/** Counts a repeat. The lock makes two copies that arrive together wait for each other. */
async function repeatOf(tx: Tx, delivery: Delivery): Promise<boolean> {
  const key = dedupeKey(delivery);
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
  const { count } = await tx.webhookDelivery.updateMany({
    where: { system: "gitlab", dedupeKey: key },
    data: { repeats: { increment: 1 } },
  });
  return count > 0;
}

/** Deliveries with a wrong token leave one row an hour, without their body: nobody fills the inbox from outside. */
async function countForgery(world: World, delivery: Delivery): Promise<void> {
  const hour = world.now().toISOString().slice(0, 13);
  const key = { system: "gitlab", dedupeKey: `${delivery.appId}:forged:${hour}` };
  await world.db.webhookDelivery.upsert({
    where: { system_dedupeKey: key },
    update: { repeats: { increment: 1 } },
    create: {
      ...key,
      appId: delivery.appId,
      event: delivery.event.slice(0, 80),
      body: {},
      verdict: "rejected",
      reason: "The token is not this service's.",
      receivedAt: world.now(),
    },
  });
}

function judge(app: Parameters<typeof judgePush>[0], body: unknown): PushVerdict {
  const parsed = pushEvent.safeParse(body);
  if (parsed.success) return judgePush(app, parsed.data);
  return { verdict: "rejected", reason: "The body is not a push event of GitLab (a custom payload template?)." };
}

async function build(
  world: World,
  tx: Tx,
  delivery: Delivery,
  push: Extract<PushVerdict, { verdict: "accepted" }>,
): Promise<DeliveryAnswer> {
  const inserted = await insertBuild(tx, {
    appId: delivery.appId,
    ref: push.ref,
    refKind: "branch",
    commit: push.commit,
    trigger: "push",
    requestedById: null,
    idempotencyKey: `push:${dedupeKey(delivery)}`,
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
