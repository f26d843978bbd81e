import { EventSourceParserStream } from "eventsource-parser/stream";
import { ApiError, openBody } from "./api.ts";
import { Refusal } from "./refusal.ts";
import type { StreamSource } from "./resuming-stream.ts";

/** Like an EventSource that connects once, but says why it was refused: the browser's own keeps status and body to itself. */
export class FetchSource extends EventTarget implements StreamSource {
  readonly #ending = new AbortController();

  constructor(url: string) {
    super();
    void this.#read(url).catch((error: unknown) => this.#fail(error));
  }

  close(): void {
    this.#ending.abort();
  }

  async #read(url: string): Promise<never> {
    const { signal } = this.#ending;
    const body = await openBody(url, { headers: { accept: "text/event-stream" }, signal });
    this.dispatchEvent(new Event("open"));
    const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
    for (let next = await events.read(); !next.done; next = await events.read()) {
      if (signal.aborted) break;
      const { event = "message", data, id = "" } = next.value;
      this.dispatchEvent(new MessageEvent(event, { data, lastEventId: id }));
    }
    throw new ApiError("network", "The stream has ended.");
  }

  #fail(error: unknown): void {
    if (this.#ending.signal.aborted) return;
    this.dispatchEvent(isRefusal(error) ? new Refusal(error) : new Event("error"));
  }
}

/** A server that does not answer is only away, and whether somebody is signed in is asked elsewhere. */
const isRefusal = (error: unknown): error is ApiError =>
  error instanceof ApiError && !["network", "signed-out", "unavailable"].includes(error.code);
