import { type EventPointer, readPointer } from "./query-keys.ts";

export type StreamStatus =
  | { state: "connecting" | "live" | "paused" | "signed-out" }
  /** Since when nothing was heard, in milliseconds since the epoch. */
  | { state: "reconnecting"; since: number };

/** The browser's side of it, handed in so that a test can hold the other end. */
export type StreamWorld = {
  open: (url: string) => EventSource;
  /** Is the session still good? Asked after a failure: EventSource hides the status code. */
  signedIn: () => Promise<boolean>;
  now: () => number;
  random: () => number;
};
type Listener = {
  onPointers: (pointers: EventPointer[]) => void;
  onReset: () => void;
  onStatus: (status: StreamStatus) => void;
};

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;
/** A rollout says many things at once: they are told together. */
const GATHER_MS = 200;

/**
 * The one connection of a tab to GET /api/events: resumes after the last id it saw, waits longer after each failure
 * (with jitter), rests while the tab is hidden, and stops for good when the session has ended.
 */
export class PointerStream {
  readonly #world: StreamWorld;
  readonly #listener: Listener;
  #source: EventSource | undefined;
  #lastId: string | undefined;
  #failures = 0;
  #lostAt: number | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #gathered: EventPointer[] = [];
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(world: StreamWorld, listener: Listener) {
    this.#world = world;
    this.#listener = listener;
  }

  start(): void {
    if (this.#source) return;
    clearTimeout(this.#retry);
    this.#tell();
    const source = this.#world.open(
      this.#lastId ? `/api/events?lastEventId=${encodeURIComponent(this.#lastId)}` : "/api/events",
    );
    this.#source = source;
    source.addEventListener("open", () => {
      this.#failures = 0;
      this.#lostAt = undefined;
      this.#listener.onStatus({ state: "live" });
    });
    for (const type of ["message", "hello", "reset"]) {
      source.addEventListener(type, (event) => event instanceof MessageEvent && this.#hear(type, event));
    }
    source.addEventListener("error", () => void this.#fail(source));
  }

  /** While nobody looks; `start` resumes after the last event. */
  pause(): void {
    this.#close();
    this.#listener.onStatus({ state: "paused" });
  }

  stop(): void {
    this.#close();
    clearTimeout(this.#gathering);
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
  }

  #tell(): void {
    this.#listener.onStatus(
      this.#lostAt === undefined ? { state: "connecting" } : { state: "reconnecting", since: this.#lostAt },
    );
  }

  #hear(type: string, event: MessageEvent): void {
    if (event.lastEventId) this.#lastId = event.lastEventId;
    if (type === "reset") this.#listener.onReset();
    if (type !== "message") return;
    const pointer = readPointer(String(event.data));
    if (pointer === null) return;
    this.#gathered.push(pointer);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#listener.onPointers(this.#gathered.splice(0));
    }, GATHER_MS);
  }

  async #fail(source: EventSource): Promise<void> {
    if (source !== this.#source) return;
    // The browser's own retry neither backs off nor stops at a 401.
    this.#close();
    this.#lostAt ??= this.#world.now();
    this.#failures += 1;
    this.#tell();
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
    this.#retry = setTimeout(() => void this.#again(), delay * (0.5 + this.#world.random()));
  }

  async #again(): Promise<void> {
    if (await this.#world.signedIn()) this.start();
    else this.#listener.onStatus({ state: "signed-out" });
  }
}
