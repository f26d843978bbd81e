import { EventEmitter } from "node:events";
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StringDecoder } from "node:string_decoder";

/**
 * One run's output on disk, a line each as the container runtime interface writes it:
 * `2026-01-02T03:04:05.123456789Z stdout F text` (P for a last line without an end). Emits "more" on new lines and "end" when the run is over.
 */
export class ContainerLog extends EventEmitter<{ more: []; end: [] }> {
  readonly path: string;
  #file: number | undefined;
  #rotations = 0;
  readonly #partial = { stdout: "", stderr: "" };
  readonly #decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };

  constructor(path: string) {
    super();
    this.setMaxListeners(0);
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, "a");
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** How often the log has begun a new file. */
  get rotations(): number {
    return this.#rotations;
  }

  /** Puts what is written so far away under another name; what comes is written to a new file. */
  rotate(away: string): void {
    if (this.#file === undefined) return;
    renameSync(this.path, away);
    closeSync(this.#file);
    this.#file = openSync(this.path, "a");
    this.#rotations += 1;
    this.emit("more");
  }

  write(stream: "stdout" | "stderr", bytes: Buffer): void {
    const lines = (this.#partial[stream] + this.#decoders[stream].write(bytes)).split("\n");
    this.#partial[stream] = lines.pop() ?? "";
    this.#append(stream, lines);
  }

  /** Adds a whole line as if it had been written at that time. */
  writeLine(time: Date, line: string): void {
    this.#put(`${time.toISOString().slice(0, -1)}000000Z stdout F ${line}\n`);
  }

  close(): void {
    for (const stream of ["stdout", "stderr"] as const)
      if (this.#partial[stream] !== "") this.#append(stream, [this.#partial[stream]], "P");
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.emit("end");
  }

  #append(stream: string, lines: string[], tag = "F"): void {
    if (lines.length > 0) this.#put(lines.map((line) => `${nanoseconds()} ${stream} ${tag} ${line}\n`).join(""));
  }

  #put(text: string): void {
    if (this.#file === undefined) return;
    writeSync(this.#file, text);
    this.emit("more");
  }
}

let last = 0n;
/** The present time with nine digits; no two calls give the same, so a line's time names it. */
function nanoseconds(): string {
  const now = BigInt(Date.now()) * 1_000_000n;
  last = now > last ? now : last + 1n;
  return `${new Date(Number(last / 1_000_000n)).toISOString().slice(0, -1)}${String(last % 1_000_000n).padStart(6, "0")}Z`;
}

export const logPath = (folder: string, run: number): string => join(folder, "logs", `${run}.log`);

/** Keeps the logs of the present and the previous run only. */
export function forgetOldLogs(folder: string, run: number): void {
  const logs = join(folder, "logs");
  mkdirSync(logs, { recursive: true });
  for (const file of readdirSync(logs)) if (Number.parseInt(file, 10) < run - 1) rmSync(join(logs, file));
}

/** Where a container's log lies: its folder, the number of its present run, and the open log while that runs. */
export type LogPlace = { log: ContainerLog | undefined; run: number; folder: string };

/** `text` ends with a newline, unless the program wrote none. */
export type LogLine = { time: string; text: string };

/** The lines of a log's file from a byte offset on, and the offset after the last whole line. */
export async function readLines(file: FileHandle, offset: number): Promise<{ lines: LogLine[]; next: number }> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.max(0, size - offset));
  await file.read(bytes, 0, bytes.length, offset);
  const end = bytes.lastIndexOf(10) + 1;
  const whole = bytes.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
  return { lines: whole.map(parseLine), next: offset + end };
}

function parseLine(line: string): LogLine {
  const match = /^(\S+) (?:stdout|stderr) ([FP]) (.*)$/s.exec(line);
  return {
    time: match?.[1] ?? "",
    text: match?.[1] === undefined ? `${line}\n` : `${match[3] ?? ""}${match[2] === "P" ? "" : "\n"}`,
  };
}

/** The end of a log as plain text, at most so many lines and bytes. */
export async function tailOf(path: string, most: { lines: number; bytes: number }): Promise<string> {
  await using file = await open(path, "r");
  const { lines } = await readLines(file, 0);
  const text = lines.slice(-most.lines).map((line) => line.text);
  return Buffer.from(text.join("")).subarray(-most.bytes).toString("utf8");
}
