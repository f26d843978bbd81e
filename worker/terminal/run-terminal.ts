import { setTimeout as delay } from "node:timers/promises";
import { type ExecSession, type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type Db } from "#lib/platform/db";
import { KeplerError, NotFound, toPublicError } from "#lib/platform/errors";
import { type Logger } from "#lib/platform/logger";
import { type Queue } from "#lib/platform/queue";
import { endRest } from "#lib/terminal/end-rest";
import { type Ending, finishTerminal } from "#lib/terminal/end-terminal";
import { lookAtTerminal } from "#lib/terminal/look-at-terminal";
import { createRecorder, type Recorder } from "#lib/terminal/recorder";
import { IDLE_MINUTES, LOOK_DEADLINE_MS, RECHECK_MS, type TerminalFacts, whyEnd } from "#lib/terminal/rules";
import { type TerminalEnd } from "#lib/terminal/schema";
import { shellCommand } from "#lib/terminal/shell-command";
import { type TakenTerminal } from "#lib/terminal/take-ticket";
import { type Browser } from "./browser-socket.ts";

export type RunTerminalDeps = {
  db: Db;
  enqueue: Queue["enqueue"];
  now: () => Date;
  log: Logger;
  connect(cluster: { context: string }): Kubernetes;
};

/** What the shell has still to say when it ends is waited for this long. */
const LAST_WORDS_MS = 2_000;

/** Joins a person's socket to a shell in their container until one of the many reasons ends it, and keeps what was shown. */
export async function runTerminal(
  deps: RunTerminalDeps,
  terminal: TakenTerminal,
  browser: Browser,
  stopping: AbortSignal,
): Promise<void> {
  const { db, now } = deps;
  const { id, app, startedAt, endsAt, secrets } = terminal;
  const log = deps.log.child({ terminalId: id, app: app.name, pod: terminal.podName });
  let ending: Ending;
  let session: ExecSession | undefined;
  let recorder: Recorder | undefined;
  try {
    session = await openShell(deps, terminal);
    recorder = createRecorder(db, { id, secrets, startedAt, now });
    browser.tell({ type: "ready", endsAt: endsAt.toISOString(), idleMinutes: IDLE_MINUTES });
    log.info({ userId: terminal.userId }, "terminal opened");
    ending = await converse(deps, terminal, { session, browser, recorder, stopping });
  } catch (error) {
    if (!(error instanceof KeplerError)) log.error({ err: error }, "terminal failed");
    ending = { reason: "failed", exitCode: null, error: toPublicError(error) };
  }
  // First both directions, then what was left running, then the bookkeeping: the database may be what is missing.
  session?.close();
  browser.cut({ type: "ended", ...ending });
  const left = session !== undefined && ending.reason !== "exited" && leavesRest(deps, terminal);
  try {
    await recorder?.close();
  } finally {
    await left;
  }
  await finishTerminal(deps, app, id, { ...ending, rest: await left }, now());
  log.info({ reason: ending.reason, exitCode: ending.exitCode }, "terminal ended");
}

/** Ends at once what the shell had started; true when that was not to be done now. */
async function leavesRest({ connect, log }: RunTerminalDeps, terminal: TakenTerminal): Promise<boolean> {
  try {
    await endRest(connect(terminal.environment.cluster), terminal);
    return false;
  } catch (error) {
    log.warn({ err: error, terminalId: terminal.id }, "a terminal's rest is left to a job");
    return true;
  }
}

async function openShell({ connect }: RunTerminalDeps, terminal: TakenTerminal): Promise<ExecSession> {
  const { environment, podName: pod, podUid, container, columns, rows, id } = terminal;
  const kubernetes = connect(environment.cluster);
  const { namespace } = environment;
  const seen = await kubernetes.get({ ...KINDS.pod, namespace, name: pod });
  // A pod of the same name may have taken its place since (a StatefulSet's does).
  if (seen?.metadata.uid !== podUid) throw new NotFound(`The pod ${pod} is gone.`, { next: "Choose another." });
  const session = await kubernetes.exec(namespace, pod, { container, command: shellCommand(id), tty: true });
  session.resize({ columns, rows });
  return session;
}

type Ends = { session: ExecSession; browser: Browser; recorder: Recorder; stopping: AbortSignal };

/** Carries bytes both ways; resolves with why that is over. */
async function converse(deps: RunTerminalDeps, terminal: TakenTerminal, ends: Ends): Promise<Ending> {
  const { session, browser, recorder, stopping } = ends;
  const over = new AbortController();
  let lastInputAt = deps.now();
  browser.listen({
    keys: (bytes) => {
      lastInputAt = deps.now();
      return over.signal.aborted ? Promise.resolve() : session.write(bytes);
    },
    resize: (size) => {
      session.resize(size);
      recorder.resized(size);
    },
  });
  const shown = (async () => {
    for await (const { bytes } of session.output) {
      if (over.signal.aborted) return;
      await recorder.output(bytes);
      await browser.show(bytes);
    }
  })();
  const ended = session.ended.then(
    async ({ exitCode }): Promise<Ending> => {
      await Promise.race([shown, delay(LAST_WORDS_MS, undefined, { ref: false })]);
      return { reason: "exited", exitCode, error: null };
    },
    (error: unknown): Ending => ({ reason: "broken", exitCode: null, error: toPublicError(error) }),
  );
  const because = (reason: TerminalEnd): Ending => ({ reason, exitCode: null, error: null });
  const stopped = new Promise<Ending>((resolve) => {
    if (stopping.aborted) resolve(because("lost"));
    stopping.addEventListener("abort", () => resolve(because("lost")), { once: true });
  });
  try {
    return await Promise.race([
      ended,
      stopped,
      shown.then(() => ended),
      browser.gone.then(() => because("closed")),
      recorder.broken.then(because),
      watch(deps, terminal, () => lastInputAt, over.signal).then(because),
    ]);
  } finally {
    over.abort();
  }
}

/** Looks at rights and limits again and again; resolves when there is a reason to end. Never after `signal`. */
async function watch(
  { db, now, log }: RunTerminalDeps,
  terminal: TakenTerminal,
  lastInput: () => Date,
  signal: AbortSignal,
): Promise<TerminalEnd> {
  let lastSeenAt = now();
  for (;;) {
    await delay(RECHECK_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return new Promise(() => undefined);
    const seen = await look();
    if (seen !== null) lastSeenAt = now();
    const end = whyEnd({ endsAt: terminal.endsAt, lastInputAt: lastInput(), seen, lastSeenAt }, now());
    if (end !== null) return end;
  }

  async function look(): Promise<TerminalFacts["seen"]> {
    try {
      const tooLate = delay(LOOK_DEADLINE_MS, null, { ref: false });
      return await Promise.race([lookAtTerminal(db, terminal, now()), tooLate]);
    } catch (error) {
      log.warn({ err: error, terminalId: terminal.id }, "a terminal's rights could not be looked at");
      return null;
    }
  }
}
