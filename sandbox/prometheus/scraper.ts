import { type Logger } from "pino";
import { type Collect, type Family, type Labels } from "./metrics.ts";
import { type Tape } from "./tape.ts";

/** Something that can be scraped: a job with one target. */
export type Target = { job: string; instance: string; everyMs: number; collect: Collect };
export type Health = { lastScrape: number; durationMs: number; lastError: string };

/** Scrapes each target at its interval, straight from the process it is in; the first time at once. */
export class Scraper {
  readonly targets: readonly Target[];
  readonly #tape: Tape;
  readonly #logger: Logger;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #health = new Map<string, Health>();
  readonly #up = new Map<string, Labels>();
  readonly #metadata = new Map<string, Omit<Family, "samples">>();

  constructor(targets: readonly Target[], tape: Tape, logger: Logger) {
    this.targets = targets;
    this.#tape = tape;
    this.#logger = logger;
  }

  start(now: () => number): void {
    for (const target of this.targets) {
      this.scrape(target, now());
      this.#timers.push(setInterval(() => this.scrape(target, now()), target.everyMs).unref());
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
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
    const labels = this.#up.get(job) ?? {};
    this.#up.set(job, labels);
    const up: Family = {
      name: "up",
      type: "gauge",
      help: "",
      samples: [{ name: "up", labels, value: lastError === "" ? 1 : 0 }],
    };
    this.#tape.append(job, instance, at, [up, ...families]);
    this.#health.set(job, { lastScrape: at, durationMs: performance.now() - startedAt, lastError });
  }

  healthOf(job: string): Health {
    return this.#health.get(job) ?? { lastScrape: 0, durationMs: 0, lastError: "" };
  }

  metadata(): Omit<Family, "samples">[] {
    return [...this.#metadata.values()];
  }
}
