import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
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
    this.#bytes += writeSync(this.#file, lineOf(change));
  }

  /** Whether the last line that was read had no end: nothing may be written after it. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  get isLong(): boolean {
    return this.#bytes > Math.max(COMPACT_AFTER_BYTES, this.#snapshotBytes);
  }

  /** Replaces the history by the entries that are still true. */
  rewrite(current: Iterable<Entry>): void {
    const next = `${this.#path}.next`;
    const text = Array.from(current, lineOf).join("");
    writeFileSync(next, text, { mode: 0o600 });
    const written = openSync(next, "r");
    fsyncSync(written);
    closeSync(written);
    closeSync(this.#file);
    renameSync(next, this.#path);
    this.#file = openSync(this.#path, "a", 0o600);
    this.#bytes = 0;
    this.#snapshotBytes = text.length;
  }

  close(): void {
    closeSync(this.#file);
  }
}

const lineOf = ({ revision, kind, key, object }: Entry): string =>
  `{"revision":${revision},"kind":${JSON.stringify(kind)},"key":${JSON.stringify(key)},"object":${object === null ? "null" : objectText(object)}}\n`;
