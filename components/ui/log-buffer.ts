export type LogLine = {
  /** Counts up for ever, so that a row keeps its identity while older ones leave. */
  id: number;
  text: string;
  /** Groups a line: a pod's short name, a build's stage. */
  source?: string;
  /** ISO 8601, when the source says it. */
  at?: string;
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

  append(lines: Omit<LogLine, "id">[]): void {
    for (const line of lines.slice(-this.limit)) this.#insert({ ...line, id: this.#next++ });
    // Trimmed in slabs: shifting at each line would cost the whole array each time.
    if (this.#lines.length > this.limit * 1.1) this.#lines = this.#lines.slice(-this.limit);
  }

  /** At its time: the tails of several pods arrive one after another. What has no time stays where it came. */
  #insert(line: LogLine): void {
    let place = this.#lines.length;
    while (place > 0 && isLater(this.#lines[place - 1], line)) place -= 1;
    if (place === this.#lines.length) this.#lines.push(line);
    else this.#lines.splice(place, 0, line);
  }

  /** A new array each time, so that React sees the change. */
  snapshot(): LogLine[] {
    return this.#lines.slice(-this.limit);
  }

  clear(): void {
    this.#lines = [];
  }
}

/** RFC 3339 times of one zone compare as text once the closing "Z" is gone: ".37" is before ".371". */
const isLater = (earlier: LogLine | undefined, line: LogLine): boolean =>
  earlier?.at !== undefined && line.at !== undefined && earlier.at.slice(0, -1) > line.at.slice(0, -1);
