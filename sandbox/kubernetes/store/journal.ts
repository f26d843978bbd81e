import {
  closeSync,
  existsSync,
  fsync as fsyncLater,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  write as writeLater,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { objectText } from "../json.ts";
import { type KubeObject } from "../objects.ts";

/** One line of the journal: what was stored under a key at a revision; `object: null` is a deletion. */
export type Entry = { revision: number; kind: string; key: string; object: KubeObject | null };

const entry = z.object({
  revision: z.number(),
  kind: z.string(),
  key: z.string(),
  object: z.custom<KubeObject>().nullable(),
});

/** It is folded when what was appended outweighs this and the snapshot itself. */
const COMPACT_AFTER_BYTES = 16 * 1024 * 1024;
/** How long a fold may keep others waiting at a time. */
const SLICE_MS = 4;

const write = promisify(writeLater);
const fsync = promisify(fsyncLater);

/**
 * Durable state as an append-only file of JSON lines, folded into a snapshot now and then. Each entry is handed to
 * the operating system before the write is answered, so a `kill -9` loses nothing; a half-written last line is dropped.
 */
export class Journal {
  readonly #path: string;
  #file: number;
  #bytes = 0;
  #snapshotBytes = 0;
  #isTorn = false;
  #isClosed = false;
  /** What was appended since a fold began, which its snapshot may not have; undefined while none is under way. */
  #sinceFold: string[] | undefined;

  constructor(home: string) {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    this.#path = join(home, "objects.jsonl");
    this.#file = openSync(this.#path, "a", 0o600);
  }

  *read(): Generator<Entry> {
    if (!existsSync(this.#path)) return;
    const lines = readFileSync(this.#path, "utf8").split("\n");
    this.#isTorn = lines.at(-1) !== "";
    for (const line of lines.slice(0, -1)) yield entry.parse(JSON.parse(line));
  }

  append(change: Entry): void {
    const line = lineOf(change);
    this.#bytes += writeSync(this.#file, line);
    this.#sinceFold?.push(line);
  }

  /** Whether the last line that was read had no end: nothing may be written after it. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** Whether a fold is due, and none is under way. */
  get isLong(): boolean {
    return this.#sinceFold === undefined && this.#bytes > Math.max(COMPACT_AFTER_BYTES, this.#snapshotBytes);
  }

  /** Replaces the history by the entries that are still true, at once. */
  rewrite(current: Iterable<Entry>): void {
    const text = Array.from(current, lineOf).join("");
    writeFileSync(this.#next, text, { mode: 0o600 });
    const file = openSync(this.#next, "a");
    fsyncSync(file);
    this.#goOnWith(file, text.length);
  }

  /**
   * Does the same a few milliseconds at a time, while appending goes on; who dies meanwhile finds the history as it was.
   * `current` is what is true now: its entries are read later, so they may not change. A fold that fails is tried again
   * when the history is twice as long.
   */
  async fold(current: Iterable<Entry>): Promise<void> {
    this.#sinceFold = [];
    const file = openSync(this.#next, "w", 0o600);
    try {
      let bytes = 0;
      for (const text of slicesOf(current)) {
        bytes += (await write(file, text)).bytesWritten;
        // Others first: the answer to a write may come sooner than they do.
        await nextTurn();
        if (this.#isClosed) return closeSync(file);
      }
      await fsync(file);
      if (this.#isClosed) return closeSync(file);
      const rest = this.#sinceFold.join("");
      writeSync(file, rest);
      this.#goOnWith(file, bytes);
      this.#bytes = Buffer.byteLength(rest);
    } catch {
      closeSync(file);
      this.#snapshotBytes = this.#bytes;
    } finally {
      this.#sinceFold = undefined;
    }
  }

  close(): void {
    this.#isClosed = true;
    closeSync(this.#file);
  }

  get #next(): string {
    return `${this.#path}.next`;
  }

  #goOnWith(file: number, snapshotBytes: number): void {
    renameSync(this.#next, this.#path);
    closeSync(this.#file);
    this.#file = file;
    this.#bytes = 0;
    this.#snapshotBytes = snapshotBytes;
  }
}

function* slicesOf(entries: Iterable<Entry>): Generator<string> {
  let text = "";
  let since = performance.now();
  for (const each of entries) {
    text += lineOf(each);
    if (performance.now() - since < SLICE_MS) continue;
    yield text;
    text = "";
    since = performance.now();
  }
  yield text;
}

const lineOf = ({ revision, kind, key, object }: Entry): string =>
  `{"revision":${revision},"kind":${JSON.stringify(kind)},"key":${JSON.stringify(key)},"object":${object === null ? "null" : objectText(object)}}\n`;
