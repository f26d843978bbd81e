import { type Family, type Labels, type Sample } from "./metrics.ts";
import { type LabelTest } from "./promql/ast.ts";

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
/** When a job was scraped, and what it has. Sequence numbers go on while old times are cut off: `times[0]` belongs to `base`. */
type Job = { name: string; base: number; times: number[]; series: Set<Recorded> };

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
  /** A target that gives the same object for the same series again is spared the search. */
  readonly #bySample = new WeakMap<Sample, Recorded>();
  #points = 0;

  constructor(limits: TapeLimits) {
    this.#limits = limits;
  }

  /** Takes what one scrape gave, as a whole. */
  append(name: string, instance: string, at: number, families: Family[]): void {
    const { take, end } = this.begin(name, instance, at);
    for (const family of families) take(family);
    end();
  }

  /**
   * A scrape whose families come one after another; until its end a series that has not come stands where it stood. Then
   * one that the last scrape of this job had and this one has not has ended.
   */
  begin(name: string, instance: string, at: number): { take(family: Pick<Family, "samples">): void; end(): void } {
    const job: Job = this.#jobs.get(name) ?? { name, base: 0, times: [], series: new Set() };
    this.#jobs.set(name, job);
    const sequence = job.base + job.times.push(at) - 1;
    return {
      take: ({ samples }) => {
        for (const sample of samples) {
          const known = this.#bySample.get(sample);
          const series = known?.job === job && !known.isEmpty ? known : this.#find(sample, job, instance);
          this.#points += series.record(sequence, sample.value);
        }
      },
      end: () => {
        for (const series of job.series) this.#points += series.endUnlessSeen(sequence);
        this.#forget(at);
      },
    };
  }

  /** The series that fit all tests; one of them usually names the metric. */
  select(tests: readonly LabelTest[]): Series[] {
    const name = tests.find((test) => test.label === "__name__" && test.equals !== undefined)?.equals;
    const sets = name === undefined ? [...this.#byName.values()] : [this.#byName.get(name) ?? new Set<Recorded>()];
    return sets
      .flatMap((set) => [...set])
      .filter(({ labels }) => tests.every(({ label, fits }) => fits(labels[label] ?? "")));
  }

  #find(sample: Sample, job: Job, instance: string): Recorded {
    // A target tells the labels of a series in the same order each time, so they need not be sorted.
    let key = `${sample.name}\0${job.name}\0${instance}`;
    for (const name in sample.labels) key += `\0${name}\0${sample.labels[name]}`;
    const series =
      this.#byKey.get(key) ??
      new Recorded(key, { __name__: sample.name, instance, job: job.name, ...sample.labels }, job);
    this.#byKey.set(key, series);
    this.#byName.set(sample.name, (this.#byName.get(sample.name) ?? new Set()).add(series));
    job.series.add(series);
    this.#bySample.set(sample, series);
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
      series.job.series.delete(series);
    }
  }
}

/** Changes only: from sequence `#from[i]` on, the value was `#values[i]`. A sequence is stored as `~n` where it ended. */
class Recorded implements Series {
  readonly key: string;
  readonly labels: Labels;
  readonly job: Job;
  #seen = -1;
  readonly #from: number[] = [];
  readonly #values: number[] = [];

  constructor(key: string, labels: Labels, job: Job) {
    this.key = key;
    this.labels = labels;
    this.job = job;
  }

  get isEmpty(): boolean {
    return this.#from.length === 0;
  }

  /** Gives how many changes it stored: one or none. */
  record(sequence: number, value: number): number {
    this.#seen = sequence;
    const last = this.#from.at(-1);
    if (last !== undefined && last >= 0 && Object.is(this.#values.at(-1), value)) return 0;
    this.#from.push(sequence);
    this.#values.push(value);
    return 1;
  }

  endUnlessSeen(sequence: number): number {
    if (this.#seen === sequence || (this.#from.at(-1) ?? -1) < 0) return 0;
    this.#from.push(~sequence);
    this.#values.push(0);
    return 1;
  }

  /** Drops the changes before the job's oldest scrape; gives how many. */
  forget(): number {
    const { base } = this.job;
    let gone = 0;
    while (gone + 1 < this.#from.length && sequenceOf(this.#from[gone + 1]) <= base) gone += 1;
    // Over for good: nothing but its end is left.
    if (gone + 1 === this.#from.length && (this.#from[gone] ?? 0) < 0) gone += 1;
    this.#from.splice(0, gone);
    this.#values.splice(0, gone);
    return gone;
  }

  between(from: number, to: number): Point[] {
    const { times, base } = this.job;
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
    const { times, base } = this.job;
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
