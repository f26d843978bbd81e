import { EventEmitter } from "node:events";
import { type IncomingMessage } from "node:http";
import { type Duplex } from "node:stream";
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from "node:zlib";
import { CHANNEL, type Channels } from "./channels.ts";
import { SPDY_DICTIONARY } from "./spdy-dictionary.ts";

// SPDY/3.1 as clients before kubectl 1.31 speak it for remote commands: a few streams, no flow control
// (https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/). No kept library has it.
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 1;
const VERSION = 0x8003;
const PROTOCOL = "v4.channel.k8s.io";
const STREAM_TYPES: Record<string, number> = { ...CHANNEL, error: CHANNEL.status };

export const offersSpdy = ({ headers, rawHeaders }: IncomingMessage): boolean =>
  headers.upgrade?.toUpperCase() === "SPDY/3.1" && rawHeaders.some((value) => value.split(/,\s*/).includes(PROTOCOL));

/** Accepts a SPDY connection; resolves when the client has opened as many streams as it needs. */
export async function spdyChannels(socket: Duplex, head: Buffer, streams: number): Promise<Channels> {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${PROTOCOL}\r\n\r\n`,
  );
  const connection = new SpdyConnection(socket);
  connection.take(head);
  await connection.opened(streams);
  return connection;
}

class SpdyConnection implements Channels {
  readonly events: Channels["events"] = new EventEmitter();
  readonly #socket: Duplex;
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  readonly #deflate: Deflate = createDeflate({ dictionary: SPDY_DICTIONARY });
  readonly #channelOf = new Map<number, number>();
  readonly #streamOf = new Map<number, number>();
  readonly #progress = new EventEmitter<{ stream: [] }>();
  #rest: Buffer = Buffer.alloc(0);
  /** Frames one after another: header blocks share one compression. */
  #work: Promise<void> = Promise.resolve();

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.take(bytes));
    socket.on("close", () => this.events.emit("close"));
  }

  opened(streams: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (this.#channelOf.size >= streams) resolve();
      };
      this.#progress.on("stream", check);
      this.events.once("close", () => reject(new Error("the client left before its streams were open")));
      check();
    });
  }

  take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 8) {
      const end = 8 + this.#rest.readUIntBE(5, 3);
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      this.#work = this.#work.then(() => this.#handle(frame)).catch(() => void this.#socket.destroy());
    }
  }

  send(channel: number, bytes: Buffer): void {
    const stream = this.#streamOf.get(channel);
    if (stream !== undefined && bytes.length > 0) this.#data(stream, 0, bytes);
  }

  backlog(): number {
    return this.#socket.writableLength;
  }

  close(): void {
    for (const stream of this.#channelOf.keys()) this.#data(stream, FIN, Buffer.alloc(0));
    const goaway = Buffer.alloc(8);
    goaway.writeUInt32BE(Math.max(0, ...this.#channelOf.keys()), 0);
    this.#control(GOAWAY, goaway);
    this.#socket.end();
  }

  async #handle(frame: Buffer): Promise<void> {
    const [flags, body] = [frame.readUInt8(4), frame.subarray(8)];
    if (frame.readUInt16BE(0) < 0x8000) {
      const channel = this.#channelOf.get(frame.readUInt32BE(0));
      if (channel === undefined) return;
      if (body.length > 0) this.events.emit("data", channel, body);
      if ((flags & FIN) !== 0) this.events.emit("end", channel);
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case SYN_STREAM:
        return this.#open(body.readUInt32BE(0), await this.#headers(body.subarray(10)));
      case PING:
        return this.#control(PING, body);
      case RST_STREAM: {
        const channel = this.#channelOf.get(body.readUInt32BE(0));
        if (channel !== undefined) this.events.emit("end", channel);
      }
    }
  }

  async #open(stream: number, headers: Map<string, string>): Promise<void> {
    const channel = STREAM_TYPES[headers.get("streamtype") ?? ""];
    if (channel === undefined) throw new Error("a stream of no known type");
    const id = Buffer.alloc(4);
    id.writeUInt32BE(stream, 0);
    const none = await through(this.#deflate, Buffer.alloc(4));
    this.#control(SYN_REPLY, Buffer.concat([id, none]));
    this.#channelOf.set(stream, channel);
    this.#streamOf.set(channel, stream);
    this.#progress.emit("stream");
  }

  async #headers(block: Buffer): Promise<Map<string, string>> {
    const bytes = await through(this.#inflate, block);
    const found = new Map<string, string>();
    let at = 4;
    const next = (): string => {
      const start = at + 4;
      at = start + bytes.readUInt32BE(at);
      return bytes.toString("utf8", start, at);
    };
    for (let left = bytes.readUInt32BE(0); left > 0; left -= 1) found.set(next().toLowerCase(), next());
    return found;
  }

  #data(stream: number, flags: number, bytes: Buffer): void {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(stream, 0);
    this.#write(head, flags, bytes);
  }

  #control(type: number, body: Buffer): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(VERSION, 0);
    head.writeUInt16BE(type, 2);
    this.#write(head, 0, body);
  }

  #write(head: Buffer, flags: number, body: Buffer): void {
    head.writeUInt8(flags, 4);
    head.writeUIntBE(body.length, 5, 3);
    if (this.#socket.writable) this.#socket.write(Buffer.concat([head, body]));
  }
}

/** What a (de)compressor gives for these bytes, flushed at their end. */
const through = (codec: Inflate | Deflate, bytes: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    codec.once("error", reject);
    codec.write(bytes);
    codec.flush(constants.Z_SYNC_FLUSH, () => {
      codec.off("error", reject);
      const chunk: unknown = codec.read();
      resolve(Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0));
    });
  });
