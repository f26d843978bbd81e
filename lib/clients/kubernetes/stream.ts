import "server-only";
import { KeplerError } from "#lib/platform/errors";
import { noAnswer } from "../http/failures.ts";
import { failureFrom } from "../http/request.ts";
import { type HttpTarget } from "../http/target.ts";

const HEAD_DEADLINE_MS = 30_000;
const LONGEST_REFUSAL = 64 * 1024;

export type StreamRequest = {
  path: string;
  query: Record<string, string | undefined>;
  signal: AbortSignal;
  /** Infinity where the head comes only with the first bytes: a kubelet that follows a silent container. */
  headDeadlineMs?: number;
};

/**
 * The body of a GET that has no end in sight. Its head has a deadline (30 s), its body none: that is for the caller's signal.
 * Failures are the six errors; a body that breaks off throws Unavailable while it is read.
 */
export async function* openStream(target: HttpTarget, ask: StreamRequest): AsyncGenerator<Uint8Array> {
  const url = new URL(`${target.baseUrl}${ask.path}`);
  for (const [name, value] of Object.entries(ask.query)) if (value !== undefined) url.searchParams.set(name, value);

  const { headDeadlineMs: deadlineMs = HEAD_DEADLINE_MS } = ask;
  const head = new AbortController();
  const tooLate = deadlineMs === Infinity ? undefined : setTimeout(() => head.abort(), deadlineMs);
  const failure = (error: unknown) =>
    error instanceof KeplerError
      ? error
      : noAnswer(target, error, {
          calledOff: ask.signal.aborted,
          late: head.signal.aborted,
          deadlineMs,
        });
  try {
    const signal = AbortSignal.any([ask.signal, head.signal]);
    const response = await target.fetch(url.href, { headers: target.headers, signal });
    if (!response.ok) throw failureFrom(target, await refusal(response));
    clearTimeout(tooLate);
    yield* response.body ?? [];
  } catch (error) {
    throw failure(error);
  } finally {
    clearTimeout(tooLate);
  }
}

async function refusal(response: Response) {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > LONGEST_REFUSAL) break;
  }
  return { status: response.status, headers: response.headers, text, bytes: new Uint8Array() };
}
