import { type LogLine } from "./schema.ts";

/** A line of a container with its time: RFC 3339 in UTC with nine digits, so that times order as text. */
type TimedLine = { at: string; text: string };

const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;
const LONGEST_TIME = 35;
const FULL_LENGTH = "2026-01-01T00:00:00.000000000Z".length;

/** A line as `timestamps=true` gives it; null for one without a time: a further piece of a long line, or the cluster's own words. */
export function timedLine(line: string): TimedLine | null {
  const space = line.indexOf(" ");
  const end = space < 0 ? line.length : space;
  if (end > LONGEST_TIME) return null;
  const at = utcTime(line.slice(0, end));
  return at === null ? null : { at, text: line.slice(end + 1) };
}

/** Nodes write their own zone's times, and some cut trailing zeros off. */
export function utcTime(time: string): string | null {
  const match = TIME.exec(time);
  if (!match) return null;
  if (time.length === FULL_LENGTH && time.endsWith("Z")) return time;
  const [, seconds = "", fraction = "", zone] = match;
  const moment = zone === "Z" ? seconds : new Date(`${seconds}${zone}`).toISOString().slice(0, 19);
  return `${moment}.${fraction.padEnd(9, "0")}Z`;
}

/**
 * How far a reader has come in the log of one pod: the latest time among its lines, and how many lines it has from `from` on,
 * which lies in the same second. Kubernetes resumes by whole seconds (`sinceTime`), so just these are what it sends again.
 * A `count` of Infinity: every line up to that time, however many.
 */
export type Position = { at: string; count: number; from: string };

const secondOf = (at: string): string => at.slice(0, "2026-01-01T00:00:00".length);

/** Lets each line of one pod through once, over any number of connections, in the order in which the cluster gives them. */
export class LineGate {
  #at = "";
  #second = "";
  #from = "";
  #count = 0;
  #repeats = 0;
  #met = true;
  #lastAt: string | null = null;

  constructor(position: Position | null) {
    if (!position) return;
    this.#at = position.at;
    this.#second = secondOf(position.at);
    this.#from = position.from;
    this.#count = position.count;
  }

  /** A new connection begins. Answers the `sinceTime` to ask for; null where there is nothing to go on from. */
  connect(): string | null {
    this.#lastAt = null;
    this.#repeats = this.#count;
    this.#met = this.#count === 0;
    return this.#count === 0 ? null : `${this.#second}Z`;
  }

  /** The next lines are from a file that another one was read instead of: which of them came that way is known by their times alone. */
  distrust(): void {
    this.#repeats = Infinity;
    this.#met = true;
  }

  /**
   * Do these lines, the first of a connection, begin later than the reader has come? What stands between them is then in
   * another file (the container's before it was started again), or nowhere any more.
   */
  leaps(lines: readonly string[]): { after: string; before: string } | null {
    const before = timedLine(lines[0] ?? "")?.at;
    return before === undefined || this.#met || before <= this.#at ? null : { after: this.#at, before };
  }

  /** Those of a connection's next lines that the reader does not have. */
  take(lines: readonly string[]): LogLine[] {
    const passed: LogLine[] = [];
    for (const line of lines) {
      const timed = timedLine(line);
      // A further piece of a long line has no time of its own; words before any line are the cluster's.
      const at = timed?.at ?? this.#lastAt;
      if (at === null) continue;
      this.#lastAt = at;
      if (this.passes(at)) passed.push([at, timed?.text ?? line]);
    }
    return passed;
  }

  passes(at: string): boolean {
    if (this.#repeats > 0 && at <= this.#at) {
      if (at >= this.#from) this.#repeats -= 1;
      this.#met = true;
      return false;
    }
    this.#repeats = 0;
    this.#remember(at);
    return true;
  }

  /** A program's two outputs may overtake each other by microseconds: a time that is not the latest is no repeat for that. */
  #remember(at: string): void {
    if (at > this.#at) {
      const second = secondOf(at);
      if (second !== this.#second) {
        // Of the first second only a part was read, if the last lines were asked for.
        this.#from = this.#at === "" ? at : second;
        this.#second = second;
        this.#count = 0;
      }
      this.#at = at;
    }
    if (secondOf(at) !== this.#second) return;
    if (at < this.#from) this.#from = at;
    this.#count += 1;
  }

  get position(): Position | null {
    return this.#at === "" ? null : { at: this.#at, count: this.#count, from: this.#from };
  }
}

/**
 * The id of an event in a stream of several pods: the position in each ("pod=time~count~from,…"), because the pods' lines
 * are not in one order and a single time would lose or repeat some after a reconnect.
 */
export const encodePositions = (positions: ReadonlyMap<string, Position>): string =>
  [...positions]
    .map(([pod, { at, count, from }]) => {
      if (count === Infinity) return `${pod}=${at}`;
      return `${pod}=${at}~${count}${from === secondOf(at) ? "" : `~${from}`}`;
    })
    .join(",");

/** A bare time is taken as the position in every pod (key ""). What is no position is none. */
export function decodePositions(id: string): Map<string, Position> {
  const entries = id.split(",").flatMap((part): [string, Position][] => {
    const [, pod = "", time = "", count, since] = /^(?:([^=]*)=)?([^~]*)(?:~(\d{1,9}))?(?:~([^~]*))?$/.exec(part) ?? [];
    const at = utcTime(time);
    if (at === null) return [];
    const from = utcTime(since ?? "") ?? secondOf(at);
    return [[pod, { at, count: count === undefined ? Infinity : Number(count), from }]];
  });
  return new Map(entries);
}
