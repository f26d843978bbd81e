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
 * The newest `limit` lines, and how many have left. `append` costs what it is given, not what it holds:
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
    for (const line of lines.slice(-this.limit)) this.#lines.push({ ...line, id: this.#next++ });
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
