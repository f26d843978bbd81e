type Pace = {
  /** What comes alone waits so long; 0 = it is handed on at once. */
  firstMs: number;
  /** What comes within so long after that is handed on together, at its end. */
  pauseMs: number;
};

/** Hands on what comes close together as one, for each key by itself. */
export class Gather<T> {
  readonly #pace: Pace;
  readonly #give: (together: T[]) => void;
  readonly #waiting = new Map<string, { items: T[]; timer: ReturnType<typeof setTimeout> }>();

  constructor(pace: Pace, give: (together: T[]) => void) {
    this.#pace = pace;
    this.#give = give;
  }

  add(key: string, item: T): void {
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.items.push(item);
    else if (this.#pace.firstMs === 0) this.#giveNow(key, [item]);
    else this.#wait(key, [item], this.#pace.firstMs);
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #giveNow(key: string, together: T[]): void {
    this.#wait(key, [], this.#pace.pauseMs);
    this.#give(together);
  }

  #wait(key: string, items: T[], ms: number): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(key);
      if (items.length > 0) this.#giveNow(key, items);
    }, ms);
    this.#waiting.set(key, { items, timer });
  }
}
