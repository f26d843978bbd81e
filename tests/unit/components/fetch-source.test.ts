import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FetchSource } from "../../../components/shell/fetch-source.ts";
import { ResumingStream, type StreamStatus } from "../../../components/shell/resuming-stream.ts";

let server: Server;
let url: string;
let answer: (response: ServerResponse, path: string) => void;
beforeEach(async () => {
  server = createServer((request, response) => answer(response, request.url ?? ""));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Follows until told otherwise, trying again at once. */
function follow() {
  const heard: string[] = [];
  const statuses: StreamStatus[] = [];
  const world = {
    open: (path: string) => new FetchSource(path),
    signedIn: async () => true,
    watchNetwork: () => () => undefined,
    now: () => 5,
    random: () => -0.49,
  };
  const stream = new ResumingStream(world, {
    url: (lastId = "") => `${url}/?after=${lastId}`,
    types: ["reset"],
    onEvent: (type, { data }) => heard.push(`${type} ${data}`),
    onStatus: (status) => statuses.push(status),
  });
  stream.start();
  return { stream, heard, statuses };
}
const begin = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" });

it("reads events however they are cut, with their names and ids, and goes on after the last one", async () => {
  const bytes = Buffer.from(
    ': hi\n\nid: 7\ndata: {"行": 1}\n\nevent: reset\r\ndata:a\r\ndata: b\r\n\r\nretry: 5\n\ndata: half',
  );
  const asked: string[] = [];
  answer = (response, path) => {
    asked.push(path);
    begin(response);
    if (asked.length > 1) return;
    const write = (at: number): unknown =>
      at === bytes.length
        ? response.end()
        : response.write(bytes.subarray(at, at + 1), () => setImmediate(write, at + 1));
    write(0);
  };
  const { stream, heard } = follow();
  await expect.poll(() => asked).toEqual(["/?after=", "/?after=7"]);
  expect(heard).toEqual(['message {"行": 1}', "reset a\nb"]);
  stream.stop();
});

it("tells why it was refused until it is let in, and calls a server that is away no refusal", async () => {
  const error = { code: "rate-limited", message: "That is too many.", next: "Close one.", requestId: "12345678" };
  let asked = 0;
  answer = (response) => {
    asked += 1;
    if (asked === 1) return begin(response).write("data: 1\n\n", () => response.destroy());
    if (asked < 4) return response.writeHead(429).end(JSON.stringify({ error }));
    if (asked === 4) return response.writeHead(503).end();
    begin(response).flushHeaders();
  };
  const { stream, statuses } = follow();
  await expect.poll(() => asked === 5 && statuses.at(-1)?.state).toBe("live");
  const states = statuses.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1]);
  expect(states).toEqual(["connecting", "live", "reconnecting", "refused", "reconnecting", "live"]);
  const refused = statuses.find((status) => status.state === "refused");
  expect(refused?.error).toMatchObject({ ...error, system: "kepler" });
  stream.stop();
});

it("says nothing more once it is closed, and its server sees that it has gone", async () => {
  const gone = Promise.withResolvers<void>();
  answer = (response) => {
    response.once("close", () => gone.resolve());
    begin(response).write("data: 1\n\n");
  };
  const { stream, heard, statuses } = follow();
  await expect.poll(() => heard).toEqual(["message 1"]);
  stream.stop();
  await gone.promise;
  expect(statuses.at(-1)).toEqual({ state: "live" });
});
