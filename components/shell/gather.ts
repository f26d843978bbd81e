/** Hands on what comes alone at once, and what comes within `pauseMs` after it together, for each key by itself. */
export class Gather<T> {
  readonly #pauseMs: number;
  readonly #give: (together: T[]) => void;
  readonly #waiting = new Map<string, { items: T[]; timer: ReturnType<typeof setTimeout> }>();

  constructor(pauseMs: number, give: (together: T[]) => void) {
    this.#pauseMs = pauseMs;
    this.#give = give;
  }

  add(key: string, item: T): void {
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.items.push(item);
    else this.#giveNow(key, [item]);
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #giveNow(key: string, together: T[]): void {
    const timer = setTimeout(() => {
      const items = this.#waiting.get(key)?.items ?? [];
      this.#waiting.delete(key);
      if (items.length > 0) this.#giveNow(key, items);
    }, this.#pauseMs);
    this.#waiting.set(key, { items: [], timer });
    this.#give(together);
  }
}
