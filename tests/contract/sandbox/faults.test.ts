import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startControl } from "#sandbox/control";
import { createEntrance, openEntrance } from "#sandbox/platform/entrance";
import { json } from "#sandbox/platform/exchange";
import { Faults } from "#sandbox/platform/faults";
import { type Listening, serve } from "#sandbox/platform/http";
import { createRouter } from "#sandbox/platform/router";
import { emptyFolder, gitlabWorld, type Receiver, removeFolder, webhookReceiver } from "./gitlab-world.ts";
import { withSandbox } from "./sandbox-process.ts";

const logger = pino({ level: "silent" });
const LONG = "x".repeat(1000);

let clock = 0;
let heard: string[] = [];
let control: Listening;
let system: Listening;

beforeAll(async () => {
  const faults = new Faults(() => clock);
  const router = createRouter();
  router.route("*", "/*rest", (exchange) => {
    heard.push(`${exchange.method} ${exchange.path}`);
    if (exchange.path !== "/stream") return json(200, { long: LONG });
    exchange.response.writeHead(200).write("begun");
    return undefined;
  });
  const entrance = createEntrance({ system: "jenkins", host: "127.0.0.1", faults, token: undefined });
  system = await serve({ router, port: 0, logger, entrance });
  control = await startControl({ faults, port: 0, logger, entrance: openEntrance });
});
afterAll(() => Promise.all([control.close(), system.close()]));
afterEach(async () => {
  heard = [];
  await fetch(`${control.url}/faults`, { method: "DELETE" });
});

const set = async (rule: object) => {
  const answer = await fetch(`${control.url}/faults`, {
    method: "POST",
    body: JSON.stringify({ system: "jenkins", ...rule }),
  });
  return { status: answer.status, body: (await answer.json()) as { id: number; error?: string } };
};
const ask = async (path = "/a") => (await fetch(system.url + path, { signal: AbortSignal.timeout(5_000) })).text();
const whole = JSON.stringify({ long: LONG });

describe("a fault of a system", () => {
  it("answers in its place, so often, on that path alone, and the system never hears of it", async () => {
    await set({
      kind: "answer",
      status: 429,
      body: "Retry later",
      headers: { "retry-after": "7" },
      path: "^/a",
      times: 2,
    });
    expect(await ask("/b")).toBe(whole);
    const refused = await fetch(`${system.url}/a`);
    expect([refused.status, refused.headers.get("retry-after"), await refused.text()]).toEqual([
      429,
      "7",
      "Retry later",
    ]);
    expect(await ask()).toBe("Retry later");
    expect(await ask()).toBe(whole);
    expect(heard).toEqual(["GET /b", "GET /a"]);
  });

  it("ends with its time, and meets one method and each n-th request only", async () => {
    await set({ kind: "answer", status: 500, body: "no", method: "get", every: 2, forMs: 1000 });
    expect((await fetch(`${system.url}/a`, { method: "POST" })).status).toBe(200);
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([whole, "no", whole, "no"]);
    clock += 1000;
    expect([await ask(), await ask()]).toEqual([whole, whole]);
    expect(await (await fetch(`${control.url}/faults`)).json()).toEqual([]);
  });

  it("makes it slow, and it answers all the same", async () => {
    await set({ kind: "latency", ms: 80 });
    const startedAt = performance.now();
    expect(await ask()).toBe(whole);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(75);
  });

  it("lets it hang until the client has enough", async () => {
    await set({ kind: "hang" });
    await expect(fetch(`${system.url}/a`, { signal: AbortSignal.timeout(100) })).rejects.toThrow("timeout");
    expect(heard).toEqual([]);
  });

  it("breaks connections unheard, those under way as well", async () => {
    const [stream] = (await once(get(`${system.url}/stream`), "response")) as [IncomingMessage];
    const broken = once(stream.resume(), "error");
    const { body } = await set({ kind: "drop" });
    expect(String((await broken)[0])).toContain("aborted");
    await expect(ask()).rejects.toThrow();
    expect(heard).toEqual(["GET /stream"]);
    await fetch(`${control.url}/faults/${body.id}`, { method: "DELETE" });
    expect(await ask()).toBe(whole);
  });

  it("loses the answer to what was done", async () => {
    await set({ kind: "lose-answer" });
    await expect(ask()).rejects.toThrow();
    expect(heard).toEqual(["GET /a"]);
  });

  it("cuts an answer after so many bytes, or ends it as if it were whole", async () => {
    await set({ kind: "cut", bytes: 10, times: 1 });
    const cut = await fetch(`${system.url}/a`);
    expect(cut.headers.get("content-length")).toBe(String(whole.length));
    await expect(cut.text()).rejects.toThrow();
    await set({ kind: "truncate", bytes: 10, times: 1 });
    expect(await ask()).toBe(whole.slice(0, 10));
    expect(await ask()).toBe(whole);
  });
});

describe("setting a fault", () => {
  it("is refused with a reason when it makes no sense, and from another site's page", async () => {
    expect((await set({ kind: "answer" })).body.error).toContain("status");
    expect((await set({ kind: "hang", path: "(" })).body.error).toContain("regular expression");
    expect((await set({ kind: "sulk" })).status).toBe(400);
    const elsewhere = await fetch(`${control.url}/faults`, {
      method: "POST",
      body: "system=jenkins&kind=hang",
      headers: { origin: "https://example.com", "content-type": "application/x-www-form-urlencoded" },
    });
    expect(elsewhere.status).toBe(403);
    expect(await ask()).toBe(whole);
  });

  it("takes what `curl -d` sends, which calls JSON a form", async () => {
    const answer = await fetch(`${control.url}/faults`, {
      method: "POST",
      body: '{"system": "jenkins", "kind": "answer", "status": 429, "times": 1}',
      headers: { accept: "*/*", "content-type": "application/x-www-form-urlencoded" },
    });
    expect(answer.status).toBe(201);
    expect((await fetch(`${system.url}/a`)).status).toBe(429);
    expect(await ask()).toBe(whole);
  });

  it("can be done on the page, and lifting it as well", async () => {
    const post = (path: string, form: Record<string, string> = {}) =>
      fetch(control.url + path, {
        method: "POST",
        body: new URLSearchParams(form),
        headers: { origin: control.url, accept: "text/html,application/xhtml+xml" },
        redirect: "manual",
      });
    const fields = {
      system: "jenkins",
      kind: "answer",
      status: "503",
      body: "",
      ms: "",
      bytes: "",
      path: "",
      times: "",
    };
    expect((await post("/faults", fields)).status).toBe(303);
    expect((await fetch(`${system.url}/a`)).status).toBe(503);
    const shown = await (await fetch(control.url)).text();
    const [, action = ""] = /action="(\/faults\/\d+\/lift)"/.exec(shown) ?? [];
    expect(shown).toContain("status=503");
    expect((await post(action)).status).toBe(303);
    expect(await ask()).toBe(whole);
  });
});

describe("a webhook on its way", () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await webhookReceiver();
  });
  afterAll(() => receiver.close());

  it("is lost, refused or shortened when a fault says so", async () => {
    const faults = new Faults(Date.now);
    const gitlab = await gitlabWorld({ faults });
    try {
      const hooks = "/projects/samples%2Fnode-hello/hooks";
      const { id } = (await (await gitlab.api(hooks, { method: "POST", body: { url: receiver.url } })).json()) as {
        id: number;
      };
      const test = async () => (await gitlab.api(`${hooks}/${id}/test/push_events`, { method: "POST" })).status;
      faults.add({ kind: "drop", system: "webhooks", path: "/hook", every: 1, times: 1 });
      expect([await test(), receiver.received.length]).toEqual([201, 0]);
      faults.add({
        kind: "answer",
        system: "webhooks",
        path: "",
        every: 1,
        times: 1,
        status: 500,
        headers: {},
        body: "",
      });
      await test();
      const events = (await (await gitlab.api(`${hooks}/${id}/events`)).json()) as { response_status: string }[];
      expect([events[0]?.response_status, receiver.received.length]).toEqual(["500", 0]);
      expect([await test(), receiver.received.length]).toEqual([201, 1]);
    } finally {
      await gitlab.stop();
    }
  });
});

it("every system of the sandbox can be put out of order from outside, whatever serves it", async () => {
  const home = await emptyFolder();
  await withSandbox(home, {}, async ({ control, ...systems }) => {
    for (const [system, place] of Object.entries(systems)) {
      const rule = { system, kind: "answer", status: 418, body: "teapot" };
      await fetch(`${control.url}/faults`, { method: "POST", body: JSON.stringify(rule) });
      expect(await (await fetch(place.url)).text(), system).toBe("teapot");
      await fetch(`${control.url}/faults`, { method: "DELETE" });
      expect((await fetch(place.url)).status, system).not.toBe(418);
    }
    expect(Object.keys(systems).sort()).toEqual(["edge", "gitlab", "jenkins", "kubernetes", "registry"]);
  });
  await removeFolder(home);
});
