import "server-only";
import { RECHECK_MS } from "#lib/access/still-allowed";
import { logger } from "#lib/platform/logger";
import { type BuildLogEvent } from "./schema.ts";

/** Proxies end what is silent; a comment line is nothing to the browser. */
const HEARTBEAT_MS = 20_000;

/**
 * A followed log as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). The id of a
 * text is the byte offset after it, so a browser that reconnects with Last-Event-ID goes on where it was. Ends with the
 * browser, or when `mayStill` says no.
 */
export function logStream(
  follow: (ending: AbortSignal) => AsyncGenerator<BuildLogEvent>,
  { signal, mayStill }: { signal: AbortSignal; mayStill(): Promise<boolean> },
): Response {
  const encoder = new TextEncoder();
  const over = new AbortController();
  const events = follow(AbortSignal.any([signal, over.signal]));
  const recheck = setInterval(() => void mayStill().then((yes) => yes || over.abort()), RECHECK_MS);
  let heartbeat: NodeJS.Timeout | undefined;
  const rest = () => {
    clearInterval(heartbeat);
    clearInterval(recheck);
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Something at once, so that the browser knows that it is connected before the first line is there.
      controller.enqueue(encoder.encode(": following\n\n"));
      heartbeat = setInterval(() => controller.enqueue(encoder.encode(": still here\n\n")), HEARTBEAT_MS);
    },
    async pull(controller) {
      const next = await events.next().catch((error: unknown) => {
        logger("builds").warn({ err: error }, "a followed log broke off");
        return { done: true, value: undefined } as const;
      });
      if (!next.done) return controller.enqueue(encoder.encode(encode(next.value)));
      rest();
      controller.close();
    },
    async cancel() {
      rest();
      over.abort();
      await events.return(undefined);
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" },
  });
}

const encode = (event: BuildLogEvent): string =>
  `${event.type === "text" ? `id: ${event.offset}\n` : ""}data: ${JSON.stringify(event)}\n\n`;

/** A finished or growing log as one text file: what is stored now. */
export function logFile(parts: AsyncGenerator<string>, name: string): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await parts.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `inline; filename="${name}"`,
      // Logs hold whatever a build prints: never to be taken for a page.
      "x-content-type-options": "nosniff",
    },
  });
}
