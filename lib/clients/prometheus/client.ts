import "server-only";
import { type Call } from "../http/call.ts";

export type Labels = Readonly<Record<string, string>>;
/** One sample; `value` may be NaN or infinite, as Prometheus itself has it. */
export type Sample = { atMs: number; value: number };
export type Series = { labels: Labels; samples: Sample[] };
/** From `startMs` each `stepMs` up to `endMs`, in ms since the epoch. */
export type QueryRange = { startMs: number; endMs: number; stepMs: number };

/**
 * Prometheus's HTTP API, as Thanos, Mimir and VictoriaMetrics speak it too
 * (https://prometheus.io/docs/prometheus/latest/querying/api/). Throws only the six errors, system "prometheus":
 * Invalid for a query that it does not accept. No data is an empty list, not an error.
 */
export type Prometheus = {
  /** One series for each set of labels; a step without a value has no sample. */
  queryRange(query: string, range: QueryRange, call?: Call): Promise<Series[]>;
  /** Each series with its sample of that moment; of a range selector, with all that were scraped in the range. */
  queryInstant(query: string, atMs: number, call?: Call): Promise<Series[]>;
  ping(call?: Call): Promise<void>;
};
