import { type Logger } from "pino";
import { type Collect, type Family, type Sample } from "./metrics.ts";
import { type Tape } from "./tape.ts";

/** Something that can be scraped: a job with one target. */
export type Target = { job: string; instance: string; everyMs: number; collect: Collect };
export type Health = { lastScrape: number; durationMs: number; lastError: string };

/** Scrapes each target at its interval, straight from the process it is in. */
export class Scraper {
  readonly targets: readonly Target[];
  readonly #tape: Tape;
  readonly #logger: Logger;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #health = new Map<string, Health>();
  readonly #up = new Map<string, Sample>();
  readonly #metadata = new Map<string, Omit<Family, "samples">>();

  constructor(targets: readonly Target[], tape: Tape, logger: Logger) {
    this.targets = targets;
    this.#tape = tape;
    this.#logger = logger;
  }

  start(now: () => number): void {
    for (const target of this.targets) this.#after(0, target, now);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** What takes long is done more rarely: scraping is to have no more than a fiftieth of the process's time. */
  #after(ms: number, target: Target, now: () => number): void {
    const scrape = (): void => {
      this.scrape(target, now());
      this.#after(Math.max(target.everyMs, this.healthOf(target.job).durationMs * 50), target, now);
    };
    this.#timers.set(target.job, setTimeout(scrape, ms).unref());
  }

  /** A target that fails has `up` 0 and nothing else: its series end. */
  scrape({ job, instance, collect }: Target, at: number): void {
    const startedAt = performance.now();
    let families: Family[] = [];
    let lastError = "";
    try {
      families = collect();
    } catch (error) {
      lastError = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ error, job }, "a scrape failed");
    }
    for (const { name, help, type } of families) this.#metadata.set(name, { name, help, type });
    const up = this.#up.get(job) ?? { name: "up", labels: {}, value: 0 };
    this.#up.set(job, up);
    up.value = lastError === "" ? 1 : 0;
    this.#tape.append(job, instance, at, [{ name: "up", type: "gauge", help: "", samples: [up] }, ...families]);
    this.#health.set(job, { lastScrape: at, durationMs: performance.now() - startedAt, lastError });
  }

  healthOf(job: string): Health {
    return this.#health.get(job) ?? { lastScrape: 0, durationMs: 0, lastError: "" };
  }

  metadata(): Omit<Family, "samples">[] {
    return [...this.#metadata.values()];
  }
}
