import { type Family, type Labels, type Sample } from "./metrics.ts";
import { type LabelTest } from "./promql/ast.ts";
import { signature } from "./promql/labels.ts";

export type Point = { t: number; v: number };
/** What was seen of one series. Its labels hold `__name__`, and the job and instance it was scraped from. */
export interface Series {
  readonly labels: Labels;
  /** The samples of a time, both ends included, oldest first. Milliseconds since 1970. */
  between(from: number, to: number): Point[];
  /** The newest sample at or before a time that is not older than `lookbackMs`; none when the series had ended by then. */
  latest(at: number, lookbackMs: number): Point | undefined;
}

export type TapeLimits = { retentionMs: number; maxPoints: number };
/** When a job was scraped. Sequence numbers go on while old times are cut off: `times[0]` belongs to `base`. */
type Job = { name: string; base: number; times: number[] };

/**
 * The samples of the last hours, in memory: a restart begins anew, like a Prometheus without a volume, and so do the
 * counters that are scraped. All series of a job share its scrapes' times, and a value is stored only when it changes,
 * so what stands still costs nothing. The oldest scrapes go after the retention, or earlier when there is too much.
 */
export class Tape {
  readonly #limits: TapeLimits;
  readonly #jobs = new Map<string, Job>();
  readonly #byName = new Map<string, Set<Recorded>>();
  readonly #byKey = new Map<string, Recorded>();
  readonly #byLabels = new WeakMap<Labels, Map<string, Recorded>>();
  readonly #live = new Map<string, Set<Recorded>>();
  #points = 0;

  constructor(limits: TapeLimits) {
    this.#limits = limits;
  }

  /** Takes what one scrape gave. A series that the last scrape of this job had and this one has not has ended. */
  append(job: string, instance: string, at: number, families: Family[]): void {
    const scrapes = this.#jobs.get(job) ?? { name: job, base: 0, times: [] };
    this.#jobs.set(job, scrapes);
    const sequence = scrapes.base + scrapes.times.push(at) - 1;
    const before = this.#live.get(job) ?? new Set();
    const now = new Set<Recorded>();
    for (const { samples } of families)
      for (const sample of samples) {
        const series = this.#seriesOf(sample, scrapes, instance);
        now.add(series);
        this.#points += series.record(sequence, sample.value);
      }
    for (const series of before) if (!now.has(series)) this.#points += series.end(sequence);
    this.#live.set(job, now);
    this.#forget(at);
  }

  /** The series that fit all tests; one of them usually names the metric. */
  select(tests: readonly LabelTest[]): Series[] {
    const name = tests.find((test) => test.label === "__name__" && test.equals !== undefined)?.equals;
    const sets = name === undefined ? [...this.#byName.values()] : [this.#byName.get(name) ?? new Set<Recorded>()];
    return sets
      .flatMap((set) => [...set])
      .filter(({ labels }) => tests.every(({ label, fits }) => fits(labels[label] ?? "")));
  }

  #seriesOf({ name, labels }: Sample, job: Job, instance: string): Recorded {
    const known = this.#byLabels.get(labels) ?? new Map<string, Recorded>();
    this.#byLabels.set(labels, known);
    const place = `${name} ${job.name} ${instance}`;
    const found = known.get(place);
    if (found !== undefined && this.#byKey.get(found.key) === found) return found;
    const whole: Labels = { __name__: name, instance, job: job.name, ...labels };
    const key = signature(whole);
    const series = this.#byKey.get(key) ?? new Recorded(key, whole, job);
    this.#byKey.set(key, series);
    this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(series));
    known.set(place, series);
    return series;
  }

  /** In tenths of the retention, so that it is rarely done. */
  #forget(now: number): void {
    const { retentionMs, maxPoints } = this.#limits;
    const oldest = Math.min(...[...this.#jobs.values()].map(({ times }) => times[0] ?? now));
    const tooMany = this.#points > maxPoints;
    if (!tooMany && now - oldest < retentionMs * 1.1) return;
    const cut = tooMany ? oldest + (now - oldest) / 10 : now - retentionMs;
    for (const job of this.#jobs.values()) {
      const gone = firstAfter(job.times, cut - 1);
      job.times.splice(0, gone);
      job.base += gone;
    }
    for (const series of this.#byKey.values()) {
      this.#points -= series.forget();
      if (!series.isEmpty) continue;
      this.#byKey.delete(series.key);
      this.#byName.get(series.labels.__name__ ?? "")?.delete(series);
    }
  }
}

/** Changes only: from sequence `#from[i]` on, the value was `#values[i]`. A sequence is stored as `~n` where it ended. */
class Recorded implements Series {
  readonly key: string;
  readonly labels: Labels;
  readonly #job: Job;
  readonly #from: number[] = [];
  readonly #values: number[] = [];

  constructor(key: string, labels: Labels, job: Job) {
    this.key = key;
    this.labels = labels;
    this.#job = job;
  }

  get isEmpty(): boolean {
    return this.#from.length === 0;
  }

  /** Gives how many changes it stored: one or none. */
  record(sequence: number, value: number): number {
    const last = this.#from.at(-1);
    if (last !== undefined && last >= 0 && Object.is(this.#values.at(-1), value)) return 0;
    this.#from.push(sequence);
    this.#values.push(value);
    return 1;
  }

  end(sequence: number): number {
    this.#from.push(~sequence);
    this.#values.push(0);
    return 1;
  }

  /** Drops the changes before the job's oldest scrape; gives how many. */
  forget(): number {
    const { base } = this.#job;
    let gone = 0;
    while (gone + 1 < this.#from.length && sequenceOf(this.#from[gone + 1]) <= base) gone += 1;
    // Over for good: nothing but its end is left.
    if (gone + 1 === this.#from.length && (this.#from[gone] ?? 0) < 0) gone += 1;
    this.#from.splice(0, gone);
    this.#values.splice(0, gone);
    return gone;
  }

  between(from: number, to: number): Point[] {
    const { times, base } = this.#job;
    const points: Point[] = [];
    const start = firstAfter(times, from - 1);
    const end = firstAfter(times, to);
    let change = this.#changeAt(base + start);
    for (let index = start; index < end; index += 1) {
      while (change + 1 < this.#from.length && sequenceOf(this.#from[change + 1]) <= base + index) change += 1;
      const since = this.#from[change];
      if (since !== undefined && since >= 0 && since <= base + index)
        points.push({ t: times[index] ?? 0, v: this.#values[change] ?? 0 });
    }
    return points;
  }

  latest(at: number, lookbackMs: number): Point | undefined {
    const { times, base } = this.#job;
    const index = firstAfter(times, at) - 1;
    const t = times[index];
    if (t === undefined || t < at - lookbackMs) return undefined;
    const change = this.#changeAt(base + index);
    const since = this.#from[change];
    return since === undefined || since < 0 ? undefined : { t, v: this.#values[change] ?? 0 };
  }

  /** The index of the last change at or before a sequence; -1 before the first. */
  #changeAt(sequence: number): number {
    let [low, high] = [0, this.#from.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sequenceOf(this.#from[middle]) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

const sequenceOf = (stored: number | undefined): number => {
  const value = stored ?? Infinity;
  return value < 0 ? ~value : value;
};

/** The index of the first time that is later. */
function firstAfter(times: number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
