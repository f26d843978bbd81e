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
import { type KubeObject } from "../objects.ts";

/** One line of the journal: what was stored under a key at a revision; `object: null` is a deletion. */
export type Entry = { revision: number; kind: string; key: string; object: KubeObject | null };

const entry = z.object({
  revision: z.number(),
  kind: z.string(),
  key: z.string(),
  object: z.custom<KubeObject>().nullable(),
});

const COMPACT_AFTER_BYTES = 16 * 1024 * 1024;

/**
 * Durable state as an append-only file of JSON lines, folded into a snapshot now and then. Each entry is handed to
 * the operating system before the write is answered, so a `kill -9` loses nothing; a half-written last line is dropped.
 */
export class Journal {
  readonly #path: string;
  #file: number;
  #bytes = 0;

  constructor(home: string) {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    this.#path = join(home, "objects.jsonl");
    this.#file = openSync(this.#path, "a", 0o600);
  }

  *read(): Generator<Entry> {
    if (!existsSync(this.#path)) return;
    const lines = readFileSync(this.#path, "utf8").split("\n");
    for (const line of lines.slice(0, -1)) yield entry.parse(JSON.parse(line));
  }

  append(change: Entry): void {
    this.#bytes += writeSync(this.#file, `${JSON.stringify(change)}\n`);
  }

  get isLong(): boolean {
    return this.#bytes > COMPACT_AFTER_BYTES;
  }

  /** Replaces the history by the entries that are still true. */
  rewrite(current: Iterable<Entry>): void {
    const next = `${this.#path}.next`;
    writeFileSync(next, [...current].map((each) => `${JSON.stringify(each)}\n`).join(""), { mode: 0o600 });
    const written = openSync(next, "r");
    fsyncSync(written);
    closeSync(written);
    closeSync(this.#file);
    renameSync(next, this.#path);
    this.#file = openSync(this.#path, "a", 0o600);
    this.#bytes = 0;
  }

  close(): void {
    closeSync(this.#file);
  }
}
