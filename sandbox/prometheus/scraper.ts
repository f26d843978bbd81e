import { setImmediate as nextTurn } from "node:timers/promises";
import { type Logger } from "pino";
import { type Collect, type Family, type Sample } from "./metrics.ts";
import { type Tape } from "./tape.ts";

/** Something that can be scraped: a job with one target. */
export type Target = { job: string; instance: string; everyMs: number; collect: Collect };
/** `durationMs` is what it took of the process's time, not what others took between. */
export type Health = { lastScrape: number; durationMs: number; lastError: string };

/** How long a scrape may keep others in its process waiting at a time. */
const SLICE_MS = 4;

/** Scrapes each target at its interval, straight from the process it is in. */
export class Scraper {
  readonly targets: readonly Target[];
  readonly #tape: Tape;
  readonly #logger: Logger;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #health = new Map<string, Health>();
  readonly #up = new Map<string, Sample>();
  readonly #metadata = new Map<string, Omit<Family, "samples">>();
  #isStopped = false;

  constructor(targets: readonly Target[], tape: Tape, logger: Logger) {
    this.targets = targets;
    this.#tape = tape;
    this.#logger = logger;
  }

  start(now: () => number): void {
    for (const target of this.targets) this.#after(0, target, now);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** What takes long is done more rarely: scraping is to have no more than a fiftieth of the process's time. */
  #after(ms: number, target: Target, now: () => number): void {
    const scrape = async (): Promise<void> => {
      await this.scrape(target, now());
      if (!this.#isStopped)
        this.#after(Math.max(target.everyMs, this.healthOf(target.job).durationMs * 50), target, now);
    };
    this.#timers.set(target.job, setTimeout(() => void scrape(), ms).unref());
  }

  /** A target that fails has `up` 0, and what it had not told until then ends. */
  async scrape({ job, instance, collect }: Target, at: number): Promise<void> {
    const scrape = this.#tape.begin(job, instance, at);
    let durationMs = 0;
    let lastError = "";
    let since = performance.now();
    try {
      for (const family of collect()) {
        this.#metadata.set(family.name, { name: family.name, help: family.help, type: family.type });
        scrape.take(family);
        if (performance.now() - since < SLICE_MS) continue;
        durationMs += performance.now() - since;
        await nextTurn();
        since = performance.now();
      }
    } catch (error) {
      lastError = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ error, job }, "a scrape failed");
    }
    const up = this.#up.get(job) ?? { name: "up", labels: {}, value: 0 };
    this.#up.set(job, up);
    up.value = lastError === "" ? 1 : 0;
    scrape.take({ samples: [up] });
    scrape.end();
    durationMs += performance.now() - since;
    this.#health.set(job, { lastScrape: at, durationMs, lastError });
  }

  healthOf(job: string): Health {
    return this.#health.get(job) ?? { lastScrape: 0, durationMs: 0, lastError: "" };
  }

  metadata(): Omit<Family, "samples">[] {
    return [...this.#metadata.values()];
  }
}
