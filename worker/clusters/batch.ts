import { setTimeout as delay, setImmediate as thisTurn } from "node:timers/promises";

type Options<Value> = {
  /** From the end of one flush to the next it takes at least this long, in milliseconds. */
  gatherMs: number;
  flush(changes: Map<string, Value>): Promise<void>;
  onError(error: unknown): void;
};

/**
 * Gathers changes by key, the newest of a key winning, and hands them on together: a rollout of a hundred pods is a few
 * statements, not hundreds, and a change that comes alone goes at once. One flush runs at a time, in order; what a flush
 * could not hand on is lost, and told to `onError`.
 */
export class Batch<Value> {
  readonly #options: Options<Value>;
  #pending = new Map<string, Value>();
  #running: Promise<void> | null = null;
  #flushedAt = -Infinity;

  constructor(options: Options<Value>) {
    this.#options = options;
  }

  add(key: string, value: Value): void {
    this.#pending.set(key, value);
    this.#running ??= this.#run();
  }

  /** Resolves when everything added so far has been handed on (or could not be). */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    const restMs = this.#flushedAt + this.#options.gatherMs - performance.now();
    // What the same piece of a stream has brought belongs together all the same.
    await (restMs > 0 ? delay(restMs) : thisTurn());
    const changes = this.#pending;
    this.#pending = new Map();
    try {
      await this.#options.flush(changes);
    } catch (error) {
      this.#options.onError(error);
    }
    this.#flushedAt = performance.now();
    this.#running = this.#pending.size > 0 ? this.#run() : null;
  }
}
