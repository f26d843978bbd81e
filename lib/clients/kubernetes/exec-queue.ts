import "server-only";

/** Bytes that wait for their reader before the sender is held up, and those at which it may go on. */
const HIGH_BYTES = 256 * 1024;
const LOW_BYTES = 64 * 1024;

type Piece = { bytes: Uint8Array };
type Flow = { pause(): void; resume(): void };

/** Pieces in order, for one reader; the sender is paused while too much of it waits. */
export class ExecQueue<P extends Piece> implements AsyncIterable<P> {
  #pieces: P[] = [];
  #waitingBytes = 0;
  #held = false;
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #flow: Flow;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  push(piece: P): void {
    this.#pieces.push(piece);
    this.#waitingBytes += piece.bytes.byteLength;
    if (!this.#held && this.#waitingBytes > HIGH_BYTES) {
      this.#held = true;
      this.#flow.pause();
    }
    this.#wake?.();
  }

  /** What is there is still given out. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<P> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece === undefined) {
        if (this.#ended) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      this.#waitingBytes -= piece.bytes.byteLength;
      if (this.#held && this.#waitingBytes < LOW_BYTES) {
        this.#held = false;
        this.#flow.resume();
      }
      yield piece;
    }
  }
}
