import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { type Kubernetes, type LogOptions } from "#lib/clients/kubernetes/client";
import { isTransient, KeplerError } from "#lib/platform/errors";
import { LineGate, type Position, timedLine } from "./resume-rules.ts";
import { type LogLine, type PodLogEvent, type PodStanding } from "./schema.ts";

export type PodOfLog = {
  kubernetes: Kubernetes;
  namespace: string;
  name: string;
  container: string;
  /** Whether it runs now; null when it is gone. */
  find(): Promise<{ running: boolean } | null>;
};
/** Where to begin: after the line that the reader has, or else where `start` says. */
export type LogBegin = { position: Position | null; start: Pick<LogOptions, "sinceTime" | "tailLines"> };
/** Resolves when the reader has room for more. `position` is where to go on after this event. */
export type EmitOfPod = (event: PodLogEvent, position: Position | null) => Promise<void>;

const FIRST_RETRY_MS = 100;
/** A container that starts again is looked for more often than a cluster that does not answer. */
const LAST_LOOK_MS = 1_000;
const LAST_RETRY_MS = 10_000;
/** What says nothing for so long may be dead: a new connection costs little and goes on exactly. */
const IDLE_MS = 60_000;
/** What has not failed by then is a connection: kubelets say nothing before the first line. */
const SETTLED_MS = 1_000;

/**
 * Follows the log of one container until its pod is gone or `signal` aborts: every line that the cluster gives, once and
 * in its order, over lost connections and restarts of the container.
 */
export async function followPod(pod: PodOfLog, begin: LogBegin, emit: EmitOfPod, signal: AbortSignal): Promise<void> {
  const reader = new PodReader(pod, begin, emit, signal);
  const tell = standingTeller(pod, emit);
  let attempts = 0;
  while (!signal.aborted) {
    let longestMs = LAST_LOOK_MS;
    const settled = setTimeout(() => void tell("following"), SETTLED_MS);
    try {
      await reader.follow(async () => {
        attempts = 0;
        await tell("following");
      });
      if (signal.aborted || !(await pod.find())) break;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof KeplerError)) throw error;
      if (error.code === "not-found" && !(await pod.find().catch(() => ({ running: true })))) break;
      // A connection that is there again at once is nobody's trouble.
      if (attempts > 0) await tell(error);
      longestMs = LAST_RETRY_MS;
    } finally {
      clearTimeout(settled);
    }
    await pauseFor(Math.min(FIRST_RETRY_MS * 2 ** attempts++, longestMs), signal);
  }
  if (signal.aborted) return;
  await reader.giveRest();
  await tell("ended");
}

/** The log of the container before its last restart, to its end. */
export async function readPreviousLog(
  pod: PodOfLog,
  begin: LogBegin,
  emit: EmitOfPod,
  signal: AbortSignal,
): Promise<void> {
  const reader = new PodReader(pod, begin, emit, signal);
  const tell = standingTeller(pod, emit);
  for (let attempts = 0; !signal.aborted; attempts++) {
    try {
      await reader.previous();
      return signal.aborted ? undefined : await tell("ended");
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof KeplerError)) throw error;
      if (error.code === "invalid" || error.code === "not-found") return tell("none");
      await tell(error);
    }
    await pauseFor(Math.min(FIRST_RETRY_MS * 2 ** attempts, LAST_RETRY_MS), signal);
  }
}

const pauseFor = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

/** Says how a log stands, each standing once. */
function standingTeller(pod: PodOfLog, emit: EmitOfPod) {
  let said: PodStanding | null = null;
  return async (news: PodStanding | KeplerError): Promise<void> => {
    const state = news instanceof KeplerError ? await standingOf(pod, news) : news;
    if (state === said) return;
    said = state;
    const reason = news instanceof KeplerError ? news.message : null;
    await emit({ type: "state", pod: pod.name, state, reason }, null);
  };
}

/** A log that cannot be had of a container that runs is the cluster's silence; of another it is only early. */
async function standingOf(pod: PodOfLog, error: KeplerError): Promise<PodStanding> {
  if (error.code === "denied") return "denied";
  const found = await pod.find().catch(() => null);
  return isTransient(error) && found?.running ? "unreachable" : "waiting";
}

class PodReader {
  readonly #pod: PodOfLog;
  readonly #start: LogBegin["start"];
  readonly #emit: EmitOfPod;
  readonly #signal: AbortSignal;
  readonly #gate: LineGate;
  /** What stood after the last line's end when a connection ended: a program's last words, or half a line. */
  #rest: string | null = null;
  #lastAt: string | null = null;

  constructor(pod: PodOfLog, { position, start }: LogBegin, emit: EmitOfPod, signal: AbortSignal) {
    this.#pod = pod;
    this.#start = start;
    this.#emit = emit;
    this.#signal = signal;
    this.#gate = new LineGate(position);
  }

  /** One connection, until it ends; `onNews` hears of lines that the reader did not have. */
  async follow(onNews: () => Promise<void>): Promise<void> {
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(), IDLE_MS);
    const signal = AbortSignal.any([this.#signal, idle.signal]);
    try {
      for await (const { lines, rest } of this.#open({ follow: true, signal })) {
        timer.refresh();
        if (this.#leaps(lines[0])) await this.#detour(lines[0]);
        if (await this.#give(lines)) await onNews();
        if (rest === null) continue;
        // Told twice in the same way, it is no half of a line.
        if (rest === this.#rest) await this.giveRest();
        else this.#rest = rest;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async previous(): Promise<void> {
    for await (const { lines, rest } of this.#open({ previous: true, signal: this.#signal })) {
      if (this.#leaps(lines[0])) await this.#sayGap(lines[0]);
      await this.#give(rest === null ? lines : [...lines, rest]);
    }
  }

  /** The half line that is held back, as the whole that it turned out to be. */
  async giveRest(): Promise<void> {
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) await this.#give([rest]);
  }

  #open(options: Pick<LogOptions, "follow" | "previous"> & { signal: AbortSignal }) {
    const { kubernetes, namespace, name, container } = this.#pod;
    this.#lastAt = null;
    const sinceTime = this.#gate.connect();
    const from = sinceTime === null ? this.#start : { sinceTime };
    return kubernetes.streamLog(namespace, name, { container, timestamps: true, ...from, ...options });
  }

  /** The container was started again meanwhile: the end of the log before is read first. */
  async #detour(first: string | undefined): Promise<void> {
    try {
      await this.previous();
    } catch (error) {
      if (!(error instanceof KeplerError) || isTransient(error)) throw error;
    }
    if (this.#leaps(first)) await this.#sayGap(first);
    this.#gate.distrust();
  }

  async #sayGap(first: string | undefined): Promise<void> {
    const after = this.#gate.position?.at;
    const before = timedLine(first ?? "")?.at;
    if (after && before) await this.#emit({ type: "gap", pod: this.#pod.name, after, before }, null);
    this.#gate.distrust();
  }

  /** Does the connection begin later than the reader has come? */
  #leaps(first: string | undefined): boolean {
    const at = timedLine(first ?? "")?.at;
    return at !== undefined && !this.#gate.isMet && at > (this.#gate.position?.at ?? "");
  }

  /** Answers whether any of them was new. */
  async #give(lines: readonly string[]): Promise<boolean> {
    const passed: LogLine[] = [];
    for (const line of lines) {
      const timed = timedLine(line);
      // A further piece of a long line has no time of its own; words before any line are the cluster's.
      const at = timed?.at ?? this.#lastAt;
      if (at === null) continue;
      this.#lastAt = at;
      if (this.#gate.passes(at)) passed.push([at, timed?.text ?? line]);
    }
    if (passed.length === 0) return false;
    await this.#emit({ type: "lines", pod: this.#pod.name, lines: passed }, this.#gate.position);
    return true;
  }
}
