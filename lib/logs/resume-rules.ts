/** A line of a container with its time, as `timestamps=true` gives it: RFC 3339 with nanoseconds, a space, the text. */
export type TimedLine = { at: string; text: string };

const TIMED = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})) ?(.*)$/s;

/** Null for a line without a time (half of one, cut off by a lost connection): it comes again with its time. */
export function timedLine(line: string): TimedLine | null {
  const match = TIMED.exec(line);
  return match?.[1] === undefined ? null : { at: match[1], text: match[2] ?? "" };
}

/** Times of one length, so that they order as text: nanoseconds, nine digits, UTC. */
export const sortableTime = (at: string): string =>
  at.replace(/(?:\.(\d{1,9}))?Z$/, (_, fraction: string | undefined) => `.${(fraction ?? "").padEnd(9, "0")}Z`);

/**
 * Lets each line of one pod through once. Kubernetes resumes by whole seconds (`sinceTime`), so what came before is sent
 * again: lines older than the last one, and those of its very moment that were already seen, are repeats.
 */
export class LineGate {
  #last: string;
  #seenThen = new Set<string>();
  /** True while `#last` is what a reader brought along: which lines of that moment it has is not known, so it has all. */
  #brought: boolean;

  /** `from` is the time of the last line that the reader has of this pod. */
  constructor(from: string | null) {
    this.#last = from ? sortableTime(from) : "";
    this.#brought = from !== null;
  }

  passes({ at, text }: TimedLine): boolean {
    const time = sortableTime(at);
    if (time < this.#last) return false;
    if (time === this.#last && (this.#brought || this.#seenThen.has(text))) return false;
    if (time > this.#last) {
      this.#last = time;
      this.#brought = false;
      this.#seenThen.clear();
    }
    this.#seenThen.add(text);
    return true;
  }

  /** Time of the last line, where to ask Kubernetes to go on; null before the first. */
  get last(): string | null {
    return this.#last === "" ? null : this.#last;
  }
}

/**
 * The id of an event in a stream of several pods: the time of the last line of each ("pod=time,…"), because the pods'
 * lines are not in one order and a single time would lose or repeat some after a reconnect.
 */
export const encodePosition = (last: ReadonlyMap<string, string>): string =>
  [...last].map(([pod, at]) => `${pod}=${at}`).join(",");

/** A bare time is taken as the position in every pod (key ""). */
export function decodePosition(id: string): Map<string, string> {
  const entries = id.split(",").flatMap((part): [string, string][] => {
    const [pod, at] = part.includes("=") ? part.split("=", 2) : ["", part];
    return pod !== undefined && at !== undefined && timedLine(at) ? [[pod, at]] : [];
  });
  return new Map(entries);
}
