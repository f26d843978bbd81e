import "server-only";
import { type Db } from "#lib/platform/db";
import { castLine } from "./asciicast-rules.ts";
import { OutputMask, type TimedText } from "./mask-rules.ts";
import { RECORDING_LIMIT_BYTES } from "./rules.ts";

/** Written to the database this often, or as soon as there is so much of it. */
const FLUSH_MS = 500;
const CHUNK_CHARACTERS = 64 * 1024;
/** What is not yet written may be this much; then whoever writes has to wait. */
const MOST_UNWRITTEN = 512 * 1024;

export type Recorder = {
  /** Resolves when there is room for more: what is shown is never far ahead of what is kept. */
  output(bytes: Uint8Array): Promise<void>;
  resized(size: { columns: number; rows: number }): void;
  /** Settles when nothing more can be kept: it is full, or the database does not take it. */
  broken: Promise<"recording_full" | "unrecorded">;
  /** Writes what is left. */
  close(): Promise<void>;
};

type Options = { id: string; secrets: readonly string[]; startedAt: Date; now: () => Date };

/** Keeps what a terminal shows, masked, as lines of an asciicast in pieces: a worker that dies loses half a second. */
export function createRecorder(db: Db, { id, secrets, startedAt, now }: Options): Recorder {
  const decoder = new TextDecoder();
  const mask = new OutputMask(secrets);
  const { promise: broken, resolve: breakOff } = Promise.withResolvers<"recording_full" | "unrecorded">();
  let lines = "";
  let sequence = 0;
  let recordedBytes = 0;
  let writing = Promise.resolve();
  let over = false;

  const sinceStart = () => now().getTime() - startedAt.getTime();
  const keep = (shown: TimedText[]) => {
    for (const { at, text } of shown) lines += castLine(at, "o", text);
    if (lines.length >= CHUNK_CHARACTERS) void flush();
  };
  const write = async (): Promise<void> => {
    while (lines !== "" && !over) {
      const text = lines;
      lines = "";
      recordedBytes += Buffer.byteLength(text);
      sequence += 1;
      try {
        await db.$transaction([
          db.terminalChunk.create({ data: { sessionId: id, sequence, text } }),
          db.terminalSession.update({ where: { id }, data: { recordedBytes } }),
        ]);
      } catch {
        over = true;
        breakOff("unrecorded");
      }
      if (recordedBytes >= RECORDING_LIMIT_BYTES) {
        over = true;
        breakOff("recording_full");
      }
    }
  };
  const flush = (): Promise<void> => (writing = writing.then(write));
  const timer = setInterval(() => void flush(), FLUSH_MS);

  return {
    broken,
    output: async (bytes) => {
      if (over) return;
      keep(mask.push(decoder.decode(bytes, { stream: true }), sinceStart()));
      if (lines.length >= MOST_UNWRITTEN) await flush();
    },
    resized: ({ columns, rows }) => {
      lines += castLine(sinceStart(), "r", `${columns}x${rows}`);
    },
    close: async () => {
      clearInterval(timer);
      keep(mask.push(decoder.decode(), sinceStart()));
      keep(mask.flush(sinceStart()));
      await flush();
    },
  };
}
