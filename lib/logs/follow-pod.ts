import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { isTransient, KeplerError } from "#lib/platform/errors";
import { type LogBegin, openLog, type PodOfLog, readLogToEnd } from "./read-pod.ts";
import { LineGate, type Position } from "./resume-rules.ts";
import { type PodLogEvent, type PodStanding } from "./schema.ts";

/** A pod whose log is followed. */
export type FollowedPod = PodOfLog & {
  /** Whether it runs now; null when it is gone. */
  find(): Promise<{ running: boolean } | null>;
};
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
export async function followPod(
  pod: FollowedPod,
  begin: LogBegin,
  emit: EmitOfPod,
  signal: AbortSignal,
): Promise<void> {
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
  pod: FollowedPod,
  begin: LogBegin,
  emit: EmitOfPod,
  signal: AbortSignal,
): Promise<void> {
  const tell = standingTeller(pod, emit);
  try {
    for await (const { lines, position } of readLogToEnd(pod, begin, { previous: true, signal })) {
      await emit({ type: "lines", pod: pod.name, lines }, position);
    }
    if (!signal.aborted) await tell("ended");
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    await tell(error.code === "invalid" || error.code === "not-found" ? "none" : error);
  }
}

const pauseFor = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

/** Says how a log stands, each standing once. */
function standingTeller(pod: FollowedPod, emit: EmitOfPod) {
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
async function standingOf(pod: FollowedPod, error: KeplerError): Promise<PodStanding> {
  if (error.code === "denied") return "denied";
  const found = await pod.find().catch(() => null);
  return isTransient(error) && found?.running ? "unreachable" : "waiting";
}

class PodReader {
  readonly #pod: FollowedPod;
  readonly #start: LogBegin["start"];
  readonly #emit: EmitOfPod;
  readonly #signal: AbortSignal;
  readonly #gate: LineGate;
  /** What stood after the last line's end when a connection ended: a program's last words, or half a line. */
  #rest: string | null = null;

  constructor(pod: FollowedPod, { position, start }: LogBegin, emit: EmitOfPod, signal: AbortSignal) {
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
      for await (const { lines, rest } of openLog(this.#pod, this.#gate, { ...this.#start, follow: true, signal })) {
        timer.refresh();
        if (this.#gate.leaps(lines)) await this.#detour(lines);
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

  /** The half line that is held back, as the whole that it turned out to be. */
  async giveRest(): Promise<void> {
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) await this.#give([rest]);
  }

  /** The container was started again meanwhile: the end of the log before is read first. */
  async #detour(first: readonly string[]): Promise<void> {
    const options = { previous: true, signal: this.#signal };
    try {
      for await (const { lines, rest } of openLog(this.#pod, this.#gate, options)) {
        await this.#sayGap(lines);
        await this.#give(rest === null ? lines : [...lines, rest]);
      }
    } catch (error) {
      if (!(error instanceof KeplerError) || isTransient(error)) throw error;
    }
    await this.#sayGap(first);
    this.#gate.distrust();
  }

  async #sayGap(lines: readonly string[]): Promise<void> {
    const leap = this.#gate.leaps(lines);
    if (leap === null) return;
    await this.#emit({ type: "gap", pod: this.#pod.name, ...leap }, null);
    this.#gate.distrust();
  }

  /** Answers whether any of them was new. */
  async #give(given: readonly string[]): Promise<boolean> {
    const lines = this.#gate.take(given);
    if (lines.length === 0) return false;
    await this.#emit({ type: "lines", pod: this.#pod.name, lines }, this.#gate.position);
    return true;
  }
}
