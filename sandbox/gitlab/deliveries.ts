import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { type Faults } from "../platform/faults.ts";
import { type Gitlab, nextId } from "./context.ts";
import { afterFailure, afterSuccess, alertStatus } from "./hook-health.ts";
import { type Delivery, type Hook } from "./model.ts";

export const GITLAB_VERSION = "18.5.0";

const DELIVERY_TIMEOUT_MS = 10_000;
/** As many ended deliveries as are kept, to be listed and sent again. */
const KEPT_DELIVERIES = 200;

export interface Deliveries {
  /** Puts an event on the durable list; call `send()` after the list is on disk. */
  queue(hook: Hook, event: Pick<Delivery, "projectId" | "trigger" | "eventUuid" | "body">): Delivery;
  /** Sends everything that waits, without waiting for it. */
  send(): void;
  /** Sends one now, also through a hook that is disabled: a test, or a re-send under the same Idempotency-Key. */
  sendNow(hook: Hook, delivery: Delivery): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Sends webhook events as GitLab does: one attempt each, answered within 10 s, 2xx and 3xx count as success, and a hook
 * that keeps failing is switched off for a while; what happens meanwhile is never told. An event whose attempt had not
 * ended when this process died is sent at the next start, under its old Idempotency-Key.
 */
export function createDeliveries(gitlab: Gitlab, faults: Faults): Deliveries {
  const { data } = gitlab.state;
  const stopping = new AbortController();
  const running = new Map<number, Promise<void>>();

  /** Resolves to the receiver's status, unless a fault stands between the two. */
  async function deliver(hook: Hook, delivery: Delivery): Promise<number> {
    const { pathname, search } = new URL(hook.url);
    const fault = faults.meet("webhooks", "POST", pathname + search);
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DELIVERY_TIMEOUT_MS)]);
    const answered = () => post(gitlab, hook, delivery, signal);
    switch (fault?.kind) {
      case undefined:
        return answered();
      case "latency":
        await setTimeout(fault.ms, undefined, { signal: stopping.signal });
        return answered();
      case "answer":
        return fault.status;
      // Something on the way has taken it, and GitLab believes that it arrived.
      case "drop":
        return 200;
      case "hang":
        await once(signal, "abort");
        throw signal.reason;
      case "lose-answer":
      case "cut":
        await answered();
        throw new Error("socket hang up");
      case "truncate":
        return post(gitlab, hook, { ...delivery, body: delivery.body.slice(0, fault.bytes) }, signal);
    }
  }

  async function attempt(hook: Hook, delivery: Delivery): Promise<void> {
    const health = await deliver(hook, delivery).then(
      (status) => {
        Object.assign(delivery, { outcome: String(status), error: null });
        return status < 400 ? afterSuccess() : afterFailure(hook, gitlab.now());
      },
      (error: unknown) => {
        if (stopping.signal.aborted) return undefined;
        Object.assign(delivery, { outcome: "internal error", error: reasonOf(error) });
        return afterFailure(hook, gitlab.now());
      },
    );
    if (!health) return;
    Object.assign(hook, health);
    gitlab.logger.info(
      { hook: hook.url, trigger: delivery.trigger, outcome: delivery.outcome, error: delivery.error },
      "webhook sent",
    );
    forgetOldest(data.deliveries);
    gitlab.state.changed();
  }

  function send(): void {
    for (const delivery of data.deliveries) {
      if (delivery.outcome !== null || running.has(delivery.id)) continue;
      const hook = data.projects
        .flatMap((project) => project.hooks)
        .find((candidate) => candidate.id === delivery.hookId);
      if (!hook || alertStatus(hook, gitlab.now()) !== "executable") {
        Object.assign(delivery, { outcome: "skipped", error: hook ? "Hook disabled" : "Hook deleted" });
        gitlab.state.changed();
        continue;
      }
      running.set(
        delivery.id,
        attempt(hook, delivery).finally(() => running.delete(delivery.id)),
      );
    }
  }

  return {
    queue: (hook, event) => {
      const delivery: Delivery = {
        ...event,
        id: nextId(gitlab),
        hookId: hook.id,
        idempotencyKey: randomUUID(),
        createdAt: gitlab.now().toISOString(),
        outcome: null,
        error: null,
      };
      data.deliveries.push(delivery);
      return delivery;
    },
    send,
    sendNow: (hook, delivery) => {
      const sent = attempt(hook, delivery).finally(() => running.delete(delivery.id));
      running.set(delivery.id, sent);
      return sent;
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}

async function post(gitlab: Gitlab, hook: Hook, delivery: Delivery, signal: AbortSignal): Promise<number> {
  const url = new URL(hook.url);
  const custom = Object.fromEntries(hook.customHeaders.map(({ key, value }) => [key, value]));
  const basic = url.username
    ? `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString("base64")}`
    : "";
  url.username = url.password = "";
  const response = await fetch(url, {
    method: "POST",
    body: delivery.body,
    redirect: "manual",
    signal,
    headers: {
      ...custom,
      ...(basic ? { authorization: basic } : {}),
      "content-type": "application/json",
      "user-agent": `GitLab/${GITLAB_VERSION}`,
      "idempotency-key": delivery.idempotencyKey,
      "x-gitlab-event": delivery.trigger === "push_hooks" ? "Push Hook" : "Tag Push Hook",
      "x-gitlab-webhook-uuid": randomUUID(),
      "x-gitlab-event-uuid": delivery.eventUuid,
      "x-gitlab-instance": gitlab.url,
      ...(hook.token ? { "x-gitlab-token": hook.token } : {}),
    },
  });
  await response.body?.cancel();
  return response.status;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function forgetOldest(deliveries: Delivery[]): void {
  const ended = deliveries.filter((delivery) => delivery.outcome !== null);
  for (const delivery of ended.slice(0, Math.max(0, ended.length - KEPT_DELIVERIES))) {
    deliveries.splice(deliveries.indexOf(delivery), 1);
  }
}
