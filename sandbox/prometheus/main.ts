import { type Logger } from "pino";
import { type Entrance } from "../platform/entrance.ts";
import { serve } from "../platform/http.ts";
import { prometheusRoutes } from "./api.ts";
import { type Collect } from "./metrics.ts";
import { refusal } from "./replies.ts";
import { Scraper } from "./scraper.ts";
import { Tape } from "./tape.ts";

export type PrometheusOptions = {
  /** 0 chooses a free one. */
  port: number;
  /** What is measured, by job. */
  jobs: ReadonlyMap<string, Collect>;
  logger: Logger;
  entrance?: Entrance;
  everyMs?: number;
};
export type Prometheus = { url: string; stop(): Promise<void> };

const EVERY_MS = 5000;
const LIMITS = { retentionMs: 6 * 3_600_000, maxPoints: 4_000_000 };

/** Starts a Prometheus that scrapes the given jobs in their own process and answers queries about the last hours. */
export async function startPrometheus({ everyMs = EVERY_MS, jobs, ...place }: PrometheusOptions): Promise<Prometheus> {
  const tape = new Tape(LIMITS);
  const targets = [...jobs].map(([job, collect]) => ({ job, instance: `${job}:80`, everyMs, collect }));
  const scraper = new Scraper(targets, tape, place.logger);
  let url = "";
  const router = prometheusRoutes({ tape, scraper, url: () => url, now: Date.now });
  const failed = (error: unknown) => refusal("internal", error instanceof Error ? error.message : String(error)).reply;
  const listening = await serve({ router, ...place, failed });
  ({ url } = listening);
  scraper.start(Date.now);
  return {
    url,
    stop: async () => {
      scraper.stop();
      await listening.close();
    },
  };
}
