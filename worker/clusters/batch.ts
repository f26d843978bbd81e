import { setTimeout as delay } from "node:timers/promises";

type Options<Value> = {
  /** How long a first change waits for company, in milliseconds. */
  gatherMs: number;
  flush(changes: Map<string, Value>): Promise<void>;
  onError(error: unknown): void;
};

/**
 * Gathers changes by key, the newest of a key winning, and hands them on together: a rollout of a hundred pods is a few
 * statements, not hundreds. One flush runs at a time, in order; what a flush could not hand on is lost, and told to `onError`.
 */
export class Batch<Value> {
  readonly #options: Options<Value>;
  #pending = new Map<string, Value>();
  #running: Promise<void> | null = null;

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
    await delay(this.#options.gatherMs);
    const changes = this.#pending;
    this.#pending = new Map();
    try {
      await this.#options.flush(changes);
    } catch (error) {
      this.#options.onError(error);
    }
    this.#running = this.#pending.size > 0 ? this.#run() : null;
  }
}
