import { setTimeout as delay, setImmediate as thisTurn } from "node:timers/promises";

type Options<Value> = {
  /** The longest rest from the end of one flush to the next, in milliseconds. */
  gatherMs: number;
  flush(changes: Map<string, Value>): Promise<void>;
  onError(error: unknown): void;
};

/**
 * Gathers changes by key, the newest of a key winning, and hands them on together: a rollout of a hundred pods is a few
 * statements, not hundreds, and a change that comes alone goes at once. After a flush it rests as long as that took, so that
 * a busy database is not asked all the time and a quick one is not waited for. One flush runs at a time, in order; what a
 * flush could not hand on is lost, and told to `onError`.
 */
export class Batch<Value> {
  readonly #options: Options<Value>;
  #pending = new Map<string, Value>();
  #running: Promise<void> | null = null;
  #restUntil = -Infinity;

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
    const restMs = this.#restUntil - performance.now();
    // What the same piece of a stream has brought belongs together all the same.
    await (restMs > 0 ? delay(restMs) : thisTurn());
    const changes = this.#pending;
    this.#pending = new Map();
    const startedAt = performance.now();
    try {
      await this.#options.flush(changes);
    } catch (error) {
      this.#options.onError(error);
    }
    const endedAt = performance.now();
    this.#restUntil = endedAt + Math.min(endedAt - startedAt, this.#options.gatherMs);
    this.#running = this.#pending.size > 0 ? this.#run() : null;
  }
}
