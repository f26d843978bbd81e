import type { LogLevel } from "#lib/logs/level-rules";

export type LogLine = {
  /** Counts up for ever, so that a row keeps its identity while older ones leave. */
  id: number;
  text: string;
  /** Groups a line: a pod's name, a build's stage. */
  source?: string;
  /** ISO 8601, when the source says it. */
  at?: string;
  /** How weighty it says it is. */
  level?: LogLevel | null;
  /** No line: it stands where some may be missing. */
  isGap?: true;
};

/**
 * The newest `limit` lines in the order of their times. `append` costs what it is given, not what it holds:
 * a busy log must not grow a tab without end.
 */
export class LogBuffer {
  readonly limit: number;
  #lines: LogLine[] = [];
  #next = 0;

  constructor(limit = 100_000) {
    this.limit = limit;
  }

  append(lines: readonly Omit<LogLine, "id">[]): void {
    const added = lines.slice(-this.limit).map((line): LogLine => ({ ...line, id: this.#next++ }));
    if (added.some((line, i) => isLater(added[i - 1], line))) added.sort(byTime);
    // The tails of several pods arrive one after another. What has no time stays where it came.
    let place = this.#lines.length;
    while (place > 0 && isLater(this.#lines[place - 1], added[0])) place -= 1;
    if (place < this.#lines.length)
      this.#lines = this.#lines.slice(0, place).concat(merged(this.#lines.slice(place), added));
    else for (const line of added) this.#lines.push(line);
    // Trimmed in slabs: shifting at each line would cost the whole array each time.
    if (this.#lines.length > this.limit * 1.1) this.#lines = this.#lines.slice(-this.limit);
  }

  /** A new array each time, so that React sees the change. */
  snapshot(): LogLine[] {
    return this.#lines.slice(-this.limit);
  }

  clear(): void {
    this.#lines = [];
  }
}

/** Two runs of lines as one; of one moment, those that were there stay first. */
function merged(held: readonly LogLine[], added: readonly LogLine[]): LogLine[] {
  const whole: LogLine[] = [];
  let next = 0;
  for (const line of added) {
    let other = held[next];
    while (other && !isLater(other, line)) {
      whole.push(other);
      other = held[++next];
    }
    whole.push(line);
  }
  return whole.concat(held.slice(next));
}

const byTime = (a: LogLine, b: LogLine): number => (isLater(a, b) ? 1 : isLater(b, a) ? -1 : 0);

/** RFC 3339 times of one zone compare as text once the closing "Z" is gone: ".37" is before ".371". */
const isLater = (earlier: LogLine | undefined, line: LogLine | undefined): boolean =>
  earlier?.at !== undefined && line?.at !== undefined && earlier.at.slice(0, -1) > line.at.slice(0, -1);
