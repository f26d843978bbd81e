export type Labels = Readonly<Record<string, string>>;
/**
 * `name` is the family's, or one of a histogram's three. Who gives the same object for the same series at each scrape,
 * with another value, spares the reader the search for it.
 */
export type Sample = { name: string; labels: Labels; value: number };
export type Family = { name: string; type: "counter" | "gauge" | "histogram"; help: string; samples: Sample[] };
/** What one target answers when it is scraped. A family with many series may come in several parts, made as they are read. */
export type Collect = () => Iterable<Family>;

export class Counter {
  readonly #family: Omit<Family, "samples">;
  readonly #samples = new Map<string, Sample>();

  constructor(name: string, help: string) {
    this.#family = { name, help, type: "counter" };
  }

  /** Labels are told in the same order each time. */
  add(labels: Labels, amount = 1): void {
    const key = Object.values(labels).join("\0");
    const found = this.#samples.get(key) ?? { name: this.#family.name, labels, value: 0 };
    found.value += amount;
    this.#samples.set(key, found);
  }

  collect(): Family {
    return { ...this.#family, samples: [...this.#samples.values()] };
  }
}

export class Histogram {
  readonly #family: Omit<Family, "samples">;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Sample[]>();

  /** The last bucket, for everything, is added. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#family = { name, help, type: "histogram" };
    this.#bounds = [...bounds, Infinity];
  }

  observe(labels: Labels, value: number): void {
    const key = Object.values(labels).join("\0");
    const samples = this.#series.get(key) ?? this.#begin(labels);
    this.#series.set(key, samples);
    samples.forEach((sample, index) => {
      const bound = this.#bounds[index];
      if (bound === undefined) sample.value += sample.name.endsWith("_sum") ? value : 1;
      else if (value <= bound) sample.value += 1;
    });
  }

  collect(): Family {
    return { ...this.#family, samples: [...this.#series.values()].flat() };
  }

  #begin(labels: Labels): Sample[] {
    const { name } = this.#family;
    const buckets = this.#bounds.map((bound) => ({
      name: `${name}_bucket`,
      labels: { ...labels, le: formatValue(bound) },
      value: 0,
    }));
    return [...buckets, { name: `${name}_sum`, labels, value: 0 }, { name: `${name}_count`, labels, value: 0 }];
  }
}

/** A number as Prometheus writes it: "+Inf", "NaN", "1e+06" as Go's strconv does with format 'g' and the least digits. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return Object.is(value, -0) ? "-0" : String(value);
}
