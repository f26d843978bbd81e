import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { StringDecoder } from "node:string_decoder";

const MASK = "****";

/**
 * A build's console: a file that grows by whole lines, in which the build's secrets are masked. A line is written when
 * its end has come, so a secret that arrives in two chunks is masked too.
 */
export class ConsoleLog {
  readonly #file: WriteStream;
  readonly #secrets = new Set<string>();
  #written = Promise.resolve();
  #rest = "";
  #size: number;

  private constructor(file: WriteStream, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Where the next line will begin, in bytes. */
  get size(): number {
    return this.#size;
  }

  static async open(path: string): Promise<ConsoleLog> {
    await mkdir(dirname(path), { recursive: true });
    const size = (await stat(path).catch(() => undefined))?.size ?? 0;
    return new ConsoleLog(createWriteStream(path, { flags: "a", mode: 0o600 }), size);
  }

  /** Masked from now on, each line of it by itself. */
  hide(secret: string): void {
    for (const line of secret.split(/\r?\n/)) if (line.trim() !== "") this.#secrets.add(line);
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  write(text: string): void {
    const whole = this.#rest + text;
    const end = whole.lastIndexOf("\n") + 1;
    this.#rest = whole.slice(end);
    if (end > 0) this.#append(whole.slice(0, end));
  }

  /** A sink for a process's output; characters that are cut between chunks are put together. */
  sink(): (chunk: Buffer) => void {
    const decoder = new StringDecoder("utf8");
    return (chunk) => this.write(decoder.write(chunk));
  }

  /** Ends an unfinished line; the next one begins on its own. */
  endLine(): void {
    if (this.#rest !== "") this.write("\n");
  }

  /** Resolves when all that was written is in the file. */
  async close(): Promise<void> {
    this.endLine();
    await this.#written;
    await new Promise<void>((resolve) => this.#file.end(resolve));
  }

  #append(text: string): void {
    // Longest first, so that a secret that contains another is masked whole.
    const secrets = [...this.#secrets].sort((a, b) => b.length - a.length);
    const masked = secrets.reduce((line, secret) => line.replaceAll(secret, MASK), text);
    this.#size += Buffer.byteLength(masked);
    this.#written = this.#written.then(() => new Promise((resolve) => this.#file.write(masked, () => resolve())));
  }
}
