import { Gather } from "./gather.ts";
import { type EventPointer, type Reach, readPointer } from "./query-keys.ts";
import { ResumingStream, type StreamStatus, type StreamWorld } from "./resuming-stream.ts";

type Listener = {
  /** What has changed, for the views of just that ("own") and for lists over many ("shared"). */
  onPointers: (pointers: EventPointer[], reach: Reach) => void;
  onReset: () => void;
  onStatus: (status: StreamStatus) => void;
};

/** A rollout says many things of one app at once: its page is read again no more often than this. */
const OWN_PAUSE_MS = 200;
/** In a big cluster something happens all the time: a list of everything is read again no more often than this. */
const SHARED_PAUSE_MS = 1_000;

/** The one connection of a tab to GET /api/events. */
export class PointerStream {
  readonly #stream: ResumingStream;
  readonly #own: Gather<EventPointer>;
  readonly #shared: Gather<EventPointer>;

  /** Tells what happened after the event `after`. */
  constructor(world: StreamWorld, after: string, listener: Listener) {
    this.#own = new Gather(OWN_PAUSE_MS, (pointers) => listener.onPointers(pointers, "own"));
    this.#shared = new Gather(SHARED_PAUSE_MS, (pointers) => listener.onPointers(pointers, "shared"));
    this.#stream = new ResumingStream(world, {
      url: (lastId = after) => `/api/events?lastEventId=${encodeURIComponent(lastId)}`,
      types: ["reset"],
      onEvent: (type, { data }) => {
        if (type === "reset") listener.onReset();
        const pointer = type === "message" ? readPointer(String(data)) : null;
        if (pointer === null) return;
        this.#own.add(pointer.appId ?? pointer.subjectId, pointer);
        this.#shared.add("", pointer);
      },
      onStatus: listener.onStatus,
    });
  }

  start(): void {
    this.#stream.start();
  }

  /** While nobody looks; `start` resumes after the last event. */
  pause(): void {
    this.#stream.pause();
  }

  stop(): void {
    this.#stream.stop();
    this.#own.stop();
    this.#shared.stop();
  }
}
