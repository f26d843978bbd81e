import "server-only";
import { RECHECK_MS } from "#lib/access/still-allowed";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { type EventStream } from "#lib/platform/events";
import { logger } from "#lib/platform/logger";
import { followPods, type LogSource, type LogWish } from "./follow-pods.ts";

type Place = { app: { id: string; name: string }; environment: string; pods: readonly string[] };

/** Where the log of an app in an environment is read: the cluster itself, for the pods that the watch sees; none named = all. */
export async function logSourceOf(
  { db, subscribe }: { db: Db; subscribe: EventStream["subscribe"] },
  { app, environment, pods }: Place,
): Promise<LogSource> {
  const row = await db.environment.findUnique({
    where: { name: environment },
    select: { namespace: true, clusterId: true, cluster: { select: { context: true } } },
  });
  if (!row) throw new NotFound(`There is no environment ${environment}.`);
  const { namespace, clusterId } = row;
  const where = { appId: app.id, clusterId, namespace, ...(pods.length > 0 ? { name: { in: [...pods] } } : {}) };
  return {
    kubernetes: connectCluster(row.cluster),
    namespace,
    pods: async () => {
      const orderBy = { createdAt: "desc" } as const;
      const rows = await db.observedPod.findMany({ where, orderBy, select: { name: true, phase: true } });
      return rows.map(({ name, phase }) => ({ name, running: phase === "Running" }));
    },
    onPodsChanged: (listener) =>
      subscribe((event) => {
        if (event.kind === "pods" && event.appId === app.id) listener();
      }),
  };
}

const HEARTBEAT_MS = 20_000;
/** What waits for a slow browser; the cluster is then read no faster than the browser reads. */
const MOST_WAITING_BYTES = 1024 * 1024;

/**
 * Pod logs as server-sent events; each one's id is the position in every pod, so that Last-Event-ID resumes without a
 * gap or a repeat. Ends with the browser, or when `mayStill` says no; `onEnd` hears of it at once, more than once maybe.
 */
export function podLogStream(
  source: LogSource,
  wish: LogWish,
  { signal, mayStill, onEnd }: { signal: AbortSignal; mayStill(): Promise<boolean>; onEnd(): void },
): Response {
  const encoder = new TextEncoder();
  const over = new AbortController();
  const ending = AbortSignal.any([signal, over.signal]);
  let room = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (text: string) => {
          if (!ending.aborted) controller.enqueue(encoder.encode(text));
        };
        write("retry: 1000\n: following\n\n");
        const heartbeat = setInterval(() => write(": still here\n\n"), HEARTBEAT_MS);
        const recheck = setInterval(() => void mayStill().then((yes) => yes || over.abort()), RECHECK_MS);
        const leave = () => {
          room.resolve();
          onEnd();
        };
        ending.addEventListener("abort", leave, { once: true });
        const followed = followPods(
          source,
          wish,
          async (event, id) => {
            write(`${id ? `id: ${id}\n` : ""}data: ${JSON.stringify(event)}\n\n`);
            while ((controller.desiredSize ?? 0) <= 0 && !ending.aborted) await room.promise;
          },
          ending,
        );
        void followed
          .catch((error: unknown) => logger("logs").warn({ err: error }, "a followed pod log broke off"))
          .finally(() => {
            clearInterval(heartbeat);
            clearInterval(recheck);
            onEnd();
            closeQuietly(controller);
          });
      },
      pull() {
        room.resolve();
        room = Promise.withResolvers<void>();
      },
      cancel: () => over.abort(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES }),
  );
  const headers = { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" };
  return new Response(body, { headers: { ...headers, "cache-control": "no-store, no-transform" } });
}

/** A stream that the browser cancelled is closed already, and says so by throwing. */
function closeQuietly(controller: ReadableStreamDefaultController): void {
  try {
    controller.close();
  } catch {
    // Nothing is left to close.
  }
}
