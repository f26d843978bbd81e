import { EventEmitter } from "node:events";
import { type IncomingMessage } from "node:http";
import { type Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";

/** The numbered streams of a remote command; numbers as file descriptors, then status and window size. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4 } as const;

/** Several streams over one connection, however that carries them. */
export type Channels = {
  events: EventEmitter<{ data: [channel: number, bytes: Buffer]; end: [channel: number]; close: [] }>;
  send(channel: number, bytes: Buffer): void;
  /** Bytes that the client has not taken yet. */
  backlog(): number;
  close(): void;
};

// KEP-4006. With version 5 a client can also close one channel: 255 and its number.
const VERSIONS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const CLOSE_CHANNEL = 255;

/** Whether the client speaks a protocol of ours. */
export const offersChannels = (incoming: IncomingMessage): boolean =>
  (incoming.headers["sec-websocket-protocol"] ?? "").split(",").some((each) => VERSIONS.includes(each.trim()));

const server = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => [...offered].find((each) => VERSIONS.includes(each)) ?? false,
});

/** Accepts a WebSocket whose binary messages begin with the number of their channel. */
export const webSocketChannels = (incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<Channels> =>
  new Promise((resolve) => server.handleUpgrade(incoming, socket, head, (client) => resolve(channelsOf(client))));

function channelsOf(client: WebSocket): Channels {
  const events: Channels["events"] = new EventEmitter();
  client.on("message", (data) => {
    const message = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Uint8Array);
    const [channel, closed] = message;
    if (channel === CLOSE_CHANNEL && client.protocol === VERSIONS[0]) events.emit("end", closed ?? CHANNEL.stdin);
    else if (channel !== undefined) events.emit("data", channel, message.subarray(1));
  });
  client.on("close", () => events.emit("close"));
  client.on("error", () => client.terminate());
  return {
    events,
    send: (channel, bytes) => client.send(Buffer.concat([Buffer.from([channel]), bytes])),
    backlog: () => client.bufferedAmount,
    close: () => client.close(1000),
  };
}
