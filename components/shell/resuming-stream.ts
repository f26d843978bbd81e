import type { ApiError } from "./api.ts";
import { Refusal } from "./refusal.ts";

export type StreamStatus =
  | { state: "connecting" | "live" | "paused" | "signed-out" }
  /** Since when nothing was heard, in milliseconds since the epoch. */
  | { state: "reconnecting"; since: number }
  /** The server says why it does not open it; it is asked again. Only a source that hears such things tells this. */
  | { state: "refused"; error: ApiError };

/** What is used of an EventSource. */
export type StreamSource = EventTarget & Pick<EventSource, "close">;

/** The browser's side of it, handed in so that a test can hold the other end. */
export type StreamWorld = {
  open: (url: string) => StreamSource;
  /** Is the session still good? Asked after a failure: EventSource hides the status code. */
  signedIn: () => Promise<boolean>;
  /** Tells when the browser loses its network and when it has one again; returns what ends that. */
  watchNetwork: (onChange: (online: boolean) => void) => () => void;
  now: () => number;
  random: () => number;
};
type Listener = {
  /** Where to listen; after this id, if there is one. */
  url: (lastId: string | undefined) => string;
  /** Of which events besides "message". */
  types?: readonly string[];
  onEvent: (type: string, event: MessageEvent) => void;
  onStatus: (status: StreamStatus) => void;
};

const FIRST_DELAY_MS = 1000;
/** A server that was started again is found soon, and fifty browsers that look for it are no load. */
const LONGEST_DELAY_MS = 10_000;

/**
 * A connection that outlives its connections: resumes after the last id it saw, waits longer after each failure (with
 * jitter), rests when told to, and stops for good when the session has ended.
 */
export class ResumingStream {
  readonly #world: StreamWorld;
  readonly #listener: Listener;
  #source: StreamSource | undefined;
  #lastId: string | undefined;
  #failures = 0;
  #lostAt: number | undefined;
  #refusal: ApiError | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #leaveNetwork: (() => void) | undefined;

  constructor(world: StreamWorld, listener: Listener) {
    this.#world = world;
    this.#listener = listener;
  }

  start(): void {
    if (this.#source) return;
    this.#forgetRetry();
    this.#tell();
    this.#leaveNetwork ??= this.#world.watchNetwork((online) => this.#onNetwork(online));
    const source = this.#world.open(this.#listener.url(this.#lastId));
    this.#source = source;
    source.addEventListener("open", () => {
      this.#failures = 0;
      this.#lostAt = undefined;
      this.#refusal = undefined;
      this.#listener.onStatus({ state: "live" });
    });
    for (const type of ["message", ...(this.#listener.types ?? [])]) {
      source.addEventListener(type, (event) => {
        if (!(event instanceof MessageEvent)) return;
        if (event.lastEventId) this.#lastId = event.lastEventId;
        this.#listener.onEvent(type, event);
      });
    }
    source.addEventListener("error", (event) => {
      void this.#fail(source, event instanceof Refusal ? event.error : undefined);
    });
  }

  /** While nobody looks; `start` resumes after the last event. */
  pause(): void {
    this.stop();
    this.#listener.onStatus({ state: "paused" });
  }

  stop(): void {
    this.#leaveNetwork?.();
    this.#leaveNetwork = undefined;
    this.#close();
  }

  #close(): void {
    this.#forgetRetry();
    this.#source?.close();
    this.#source = undefined;
  }

  /** A connection whose network has gone says nothing of it for minutes; and one that is back is worth trying at once. */
  #onNetwork(online: boolean): void {
    if (online) this.start();
    else if (this.#source) void this.#fail(this.#source);
  }

  #forgetRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #tell(): void {
    if (this.#refusal) this.#listener.onStatus({ state: "refused", error: this.#refusal });
    else if (this.#lostAt === undefined) this.#listener.onStatus({ state: "connecting" });
    else this.#listener.onStatus({ state: "reconnecting", since: this.#lostAt });
  }

  async #fail(source: StreamSource, refusal?: ApiError): Promise<void> {
    if (source !== this.#source) return;
    this.#refusal = refusal;
    // The browser's own retry neither backs off nor stops at a 401.
    this.#close();
    this.#lostAt ??= this.#world.now();
    this.#failures += 1;
    this.#tell();
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
    this.#retry = setTimeout(() => void this.#again(), delay * (0.5 + this.#world.random()));
  }

  async #again(): Promise<void> {
    const retry = this.#retry;
    const signedIn = await this.#world.signedIn();
    // While that was asked it may have been stopped, or started by somebody else.
    if (retry !== this.#retry) return;
    if (signedIn) return this.start();
    this.stop();
    this.#listener.onStatus({ state: "signed-out" });
  }
}

/** The real one. No answer is not a "no": only a 401 ends the session. */
export const browserWorld: StreamWorld = {
  open: (url) => new EventSource(url),
  signedIn: async () => (await fetch("/api/me").catch(() => undefined))?.status !== 401,
  watchNetwork: (onChange) => {
    const tell = () => onChange(navigator.onLine);
    window.addEventListener("online", tell);
    window.addEventListener("offline", tell);
    return () => {
      window.removeEventListener("online", tell);
      window.removeEventListener("offline", tell);
    };
  },
  now: Date.now,
  random: Math.random,
};
