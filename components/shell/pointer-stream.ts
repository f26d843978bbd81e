import { Gather } from "./gather.ts";
import { type EventPointer, type Reach, readPointer } from "./query-keys.ts";
import { ResumingStream, type StreamStatus, type StreamWorld } from "./resuming-stream.ts";

type Listener = {
  /** What has changed, once for each reach. */
  onPointers: (pointers: EventPointer[], reach: Reach) => void;
  onReset: () => void;
  onStatus: (status: StreamStatus) => void;
};

/** A rollout says many things of one app at once: its page is read again no more often than this. */
const OWN = { firstMs: 0, pauseMs: 100 };
/** What stands around it lets the change itself be answered and drawn first. */
const AROUND = { firstMs: 250, pauseMs: 500 };
/** In a big cluster something happens all the time: a list of everything is read again no more often than this. */
const SHARED_PAUSE_MS = 1_000;
/** Every open list hears of a change in the same moment: they ask one after another, as chance has it. */
const SHARED_SPREAD_MS = 80;

/** The one connection of a tab to GET /api/events. */
export class PointerStream {
  readonly #stream: ResumingStream;
  readonly #own: Gather<EventPointer>;
  readonly #around: Gather<EventPointer>;
  readonly #shared: Gather<EventPointer>;

  /** Tells what happened after the event `after`. */
  constructor(world: StreamWorld, after: string, listener: Listener) {
    const shared = { firstMs: world.random() * SHARED_SPREAD_MS, pauseMs: SHARED_PAUSE_MS };
    this.#own = new Gather(OWN, (pointers) => listener.onPointers(pointers, "own"));
    this.#around = new Gather(AROUND, (pointers) => listener.onPointers(pointers, "around"));
    this.#shared = new Gather(shared, (pointers) => listener.onPointers(pointers, "shared"));
    this.#stream = new ResumingStream(world, {
      url: (lastId = after) => `/api/events?lastEventId=${encodeURIComponent(lastId)}`,
      types: ["reset"],
      onEvent: (type, { data }) => {
        if (type === "reset") listener.onReset();
        const pointer = type === "message" ? readPointer(String(data)) : null;
        if (pointer === null) return;
        const whose = pointer.appId ?? pointer.subjectId;
        this.#own.add(whose, pointer);
        this.#around.add(whose, pointer);
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
    this.#around.stop();
    this.#shared.stop();
  }
}
