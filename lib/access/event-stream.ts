import "server-only";
import { z } from "zod";
import { type EventPointer, eventsAfter, newestEventId } from "#lib/platform/events";
import { type Actor } from "./actor.ts";
import { authenticate } from "./authenticate.ts";
import { type World } from "./route/world.ts";
import { allows } from "./rules.ts";

/** Proxies cut what is silent for half a minute. */
const HEARTBEAT_MS = 20_000;
/** How soon a revoked sign-in, or a right that was taken away, ends what is heard. */
const RECHECK_MS = 5_000;
/** A browser that does not read is cut off at this many; it comes back with its last id. */
const MOST_WAITING = 1_000;
const MOST_REPLAYED = 1_000;
const RETRY_MS = 2_000;

/** `?lastEventId=`: a page that closed its stream while hidden opens a new one, without the header. */
export const eventStreamInput = z.object({
  lastEventId: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

/** May the actor hear of it? The same question as for reading the thing itself. */
export const mayHear = (actor: Actor, event: Pick<EventPointer, "teamId">): boolean =>
  event.teamId === null || allows(actor, "app.read", event.teamId);

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): each is an outbox pointer under
 * its id, `hello` gives the id to resume from, `reset` says that too much was missed to tell. The stream ends when the
 * sign-in does (opening it again is then a 401), and when the database cannot be listened to.
 */
export function eventStream(
  { db, subscribe, now }: Pick<World, "db" | "subscribe" | "now">,
  { actor: initial, request, lastEventId }: { actor: Actor; request: Request; lastEventId: string | undefined },
): Response {
  let actor = initial;
  let end = (_by: "us" | "reader" = "us"): void => undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: async (controller) => {
        const encoder = new TextEncoder();
        const write = (text: string) => {
          if ((controller.desiredSize ?? 0) <= 0) end();
          else controller.enqueue(encoder.encode(text));
        };
        const tell = (event: EventPointer) => {
          if (mayHear(actor, event)) write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
        };
        // What happens while the missed ones are read waits for them.
        let waiting: EventPointer[] | undefined = [];
        // A stream that hears nothing must not look like one on which nothing happens: its reader comes back when it can.
        const unsubscribe = subscribe(
          (event) => (waiting === undefined ? tell(event) : waiting.push(event)),
          () => end(),
        );
        const heartbeat = setInterval(() => write(": still here\n\n"), HEARTBEAT_MS);
        const recheck = setInterval(() => void check(), RECHECK_MS);
        const check = async () => {
          // A database that is away for a moment says nothing about rights.
          const still = await authenticate(db, request.headers, now()).catch(() => actor);
          if (still === null) end();
          else actor = still;
        };
        end = (by = "us") => {
          end = () => undefined;
          unsubscribe();
          clearInterval(heartbeat);
          clearInterval(recheck);
          // What its reader has cancelled is closed already, and closing it again throws.
          if (by === "us") controller.close();
        };
        request.signal.addEventListener("abort", () => end(), { once: true });
        write(`retry: ${RETRY_MS}\n\n`);
        try {
          if (lastEventId === undefined) write(`id: ${await newestEventId(db)}\nevent: hello\ndata: {}\n\n`);
          else await replay(lastEventId);
        } catch {
          end();
        }
        for (const event of waiting) tell(event);
        waiting = undefined;

        async function replay(after: string) {
          const missed = await eventsAfter(db, after, MOST_REPLAYED);
          if (missed.length < MOST_REPLAYED) missed.forEach(tell);
          else write(`id: ${await newestEventId(db)}\nevent: reset\ndata: {}\n\n`);
        }
      },
      cancel: () => end("reader"),
    },
    new CountQueuingStrategy({ highWaterMark: MOST_WAITING }),
  );
  const headers = { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" };
  return new Response(stream, { headers: { ...headers, "cache-control": "no-store, no-transform" } });
}
