import { afterAll, beforeAll, expect, test } from "vitest";
import { askGateway } from "#lib/clients/edge/ask-gateway";
import { type Answer, type FaultyServer, startFaultyServer } from "./faulty-server.ts";

let server: FaultyServer;
beforeAll(async () => {
  server = await startFaultyServer();
});
afterAll(() => server.stop());

const ask = (path = "/", signal = AbortSignal.timeout(10_000)) => {
  const { hostname: host, port } = new URL(server.url);
  return askGateway({ host, port: Number(port), tlsPort: 0 }, { host: "shop.test", path, secure: false }, { signal });
};

test("a gateway is asked by its own address for any host and path that a route may have", async () => {
  server.answer({ status: 404, body: "404 page not found\n", headers: { "x-content-type-options": "nosniff" } });
  const answer = await ask("/产品/%41?no");
  expect(answer).toMatchObject({
    status: 404,
    text: "404 page not found\n",
    headers: { "x-content-type-options": "nosniff" },
  });
  expect(server.seen).toMatchObject([{ url: `/${encodeURIComponent("产品")}/%41?no`, headers: { host: "shop.test" } }]);
});

test.each<[string, Answer, string]>([
  ["that only begins", { pieces: ["event"], then: "hang" }, "event"],
  ["that is cut", { pieces: ["half"], then: "reset" }, "half"],
  ["that never ends", { pieces: ["x".repeat(300)], then: "hang" }, "x".repeat(300)],
])("of a page %s what came of it counts", async (_, answer, text) => {
  server.answer(answer);
  expect(await ask()).toMatchObject({ status: 200, text });
});

test.each<[string, Answer]>([
  ["is silent", "hang"],
  ["cuts", "reset"],
])("a gateway that %s has not answered", async (_, answer) => {
  server.answer(answer);
  expect(await ask()).toBeNull();
});
