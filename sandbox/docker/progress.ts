import { StringDecoder } from "node:string_decoder";

/** Writes what `docker build --progress plain` writes: numbered steps, each line of output with its time. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  #number = 0;

  constructor(write: (text: string) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
  }

  async step<T>(title: string, work: (log: StepLog) => Promise<T>): Promise<T> {
    const number = ++this.#number;
    const startedAt = this.#now();
    const seconds = (digits: number) => ((this.#now() - startedAt) / 1000).toFixed(digits);
    this.#write(`#${number} ${title}\n`);
    const log = new StepLog((line) => this.#write(`#${number} ${seconds(3)} ${line}\n`));
    try {
      const result = await work(log);
      log.end();
      this.#write(`#${number} DONE ${seconds(1)}s\n\n`);
      return result;
    } catch (error) {
      log.end();
      this.#write(`#${number} ERROR: ${error instanceof Error ? error.message : String(error)}\n`);
      throw error;
    }
  }
}

/** Cuts a process's output into lines as it comes. */
export class StepLog {
  readonly #line: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(line: (line: string) => void) {
    this.#line = line;
  }

  write(chunk: Buffer | string): void {
    const lines = (this.#rest + (typeof chunk === "string" ? chunk : this.#decoder.write(chunk))).split(/\r?\n/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  end(): void {
    if (this.#rest !== "") this.#line(this.#rest);
    this.#rest = "";
  }
}
