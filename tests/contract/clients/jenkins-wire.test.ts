import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJenkins } from "#lib/clients/jenkins/create-jenkins";
import { Conflict, Invalid, Unavailable } from "#lib/platform/errors";
import { type FaultyServer, json, startFaultyServer } from "./faulty-server.ts";

let server: FaultyServer;
const jenkins = () => createJenkins({ url: `${server.url}/`, user: "admin", token: "secret", random: () => 0 });

beforeAll(async () => {
  server = await startFaultyServer();
});
afterAll(() => server.stop());

describe("Jenkins' odd answers about jobs, queue and builds", () => {
  it.each([
    ["201 for a new item", 201, "/queue/item/17/"],
    ["303 for an identical item that waits already", 303, "/queue/item/17"],
    ["an absolute address", 201, "http://jenkins.example/prefix/queue/item/17/"],
  ])("reads the queue item from %s", async (_name, status, location) => {
    server.answer({ status, headers: { location } });
    expect(await jenkins().trigger("team/shop", { KEPLER_BUILD_ID: "b 1&2" })).toEqual({ queueId: 17 });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      url: "/job/team/job/shop/buildWithParameters?delay=0sec",
      body: "KEPLER_BUILD_ID=b+1%262",
    });
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("admin:secret").toString("base64")}`);
  });

  it("does not take a build without a place in the queue for triggered", async () => {
    server.answer({ status: 201 });
    await expect(jenkins().trigger("shop", {})).rejects.toThrow(Unavailable);
  });

  it("does not take the way to a sign-in page for success", async () => {
    server.answer({ status: 302, headers: { location: "/login?from=%2F" } });
    await expect(jenkins().updateJob("shop", "<x/>")).rejects.toThrow("sign-in page");
  });

  it("tells a name that is taken from other refusals by X-Error", async () => {
    const message = "A job already exists with the name ‘shop’".replace(/[‘’]/g, "'");
    server.answer({ status: 400, headers: { "x-error": message }, body: "<html/>" });
    await expect(jenkins().createJob("shop", "<x/>")).rejects.toThrow(Conflict);
    server.answer({ status: 400, headers: { "x-error": "'?' is an unsafe character" }, body: "<html/>" });
    await expect(jenkins().createJob("shop", "<x/>")).rejects.toThrow(Invalid);
  });

  it.each([204, 302, 404])("takes %i for a cancelled queue item", async (status) => {
    server.answer({ status, headers: status === 302 ? { location: "/queue/" } : {} });
    await jenkins().cancelQueueItem(17);
    expect(server.seen[0]?.url).toBe("/queue/cancelItem?id=17");
  });

  it.each([
    [
      { why: "In the quiet period", blocked: false },
      { state: "waiting", why: "In the quiet period" },
    ],
    [{ cancelled: true, why: null }, { state: "cancelled" }],
    [
      { executable: { number: 4, url: "u" }, why: null },
      { state: "left", number: 4, url: "u" },
    ],
    // Pipelines in the middle of leaving: there is neither a reason nor a build yet.
    [{ executable: null }, { state: "waiting", why: null }],
  ])("understands the queue item %j", async (body, item) => {
    server.answer(json(body));
    expect(await jenkins().getQueueItem(17)).toEqual(item);
  });

  it("answers null for an item that the queue has forgotten", async () => {
    server.answer({ status: 404, body: "<html/>" });
    expect(await jenkins().getQueueItem(17)).toBeNull();
  });

  it("reads a build with empty actions and hidden parameters", async () => {
    server.answer(
      json({
        number: 4,
        building: true,
        result: "SUCCESS",
        timestamp: 1_700_000_000_000,
        duration: 0,
        estimatedDuration: -1,
        url: "u",
        queueId: 17,
        actions: [{}, { parameters: [{ name: "A", value: "1" }, { name: "SECRET" }] }, {}],
      }),
    );
    expect(await jenkins().getBuild("shop", 4)).toMatchObject({
      result: null,
      estimatedMs: null,
      startedAt: "2023-11-14T22:13:20.000Z",
      parameters: { A: "1" },
    });
  });

  it("finds a build in the queue, then among the recent ones, by a parameter of it", async () => {
    const action = (value: string) => [{}, { parameters: [{ name: "KEPLER_BUILD_ID", value }] }];
    const queue = { items: [{ id: 9, task: { url: "http://j/job/other/" }, actions: action("b1") }] };
    server.answer(
      json(queue),
      json({
        builds: [
          { number: 3, actions: action("b2") },
          { number: 2, actions: action("b1") },
        ],
      }),
    );
    expect(await jenkins().findBuildByParameter("shop", "KEPLER_BUILD_ID", "b1")).toEqual({ number: 2 });

    server.answer(json({ items: [{ id: 10, task: { url: "http://j/job/shop/" }, actions: action("b1") }] }));
    expect(await jenkins().findBuildByParameter("shop", "KEPLER_BUILD_ID", "b1")).toEqual({ queueId: 10 });

    server.answer(json({ items: [] }), json({ builds: [] }));
    expect(await jenkins().findBuildByParameter("shop", "KEPLER_BUILD_ID", "b1")).toBeNull();
  });
});

describe("Jenkins' odd answers about consoles, stages and credentials", () => {
  it("keeps a character that is not whole yet for the next read", async () => {
    const bytes = Buffer.from("grüße");
    server.answer({ headers: { "x-text-size": "103", "x-more-data": "true" }, body: bytes.subarray(0, 3) });
    expect(await jenkins().readLog("shop", 4, 100)).toEqual({ text: "gr", nextByte: 102, more: true });
    expect(server.seen[0]?.url).toContain("start=100");
  });

  it("reads on from Jenkins' own count, which includes notes that it does not send", async () => {
    server.answer({ headers: { "x-text-size": "500", "x-more-data": "true" }, body: "short" });
    expect(await jenkins().readLog("shop", 4, 100)).toEqual({ text: "short", nextByte: 500, more: true });
  });

  it("does not repeat a console that begins again when asked beyond its end", async () => {
    server.answer({ headers: { "x-text-size": "10" }, body: "0123456789" });
    expect(await jenkins().readLog("shop", 4, 50)).toEqual({ text: "", nextByte: 50, more: false });
  });

  it("does not take a page for a console", async () => {
    server.answer({ headers: { "content-type": "text/html" }, body: "<html>sign in</html>" });
    await expect(jenkins().readLog("shop", 4, 0)).rejects.toThrow(Unavailable);
  });

  it("has no stages to tell where the plugin is missing", async () => {
    server.answer({ status: 404 });
    expect(await jenkins().getStages("shop", 4)).toEqual([]);
  });

  it("creates a credential that is not there to update, its values encoded", async () => {
    server.answer({ status: 404 }, { status: 302, headers: { location: "/" } });
    await jenkins().createOrUpdateCredential({ id: "reg", description: "d", username: "u", password: `<&"'>` });
    expect(server.seen.map((request) => request.url)).toEqual([
      "/credentials/store/system/domain/_/credential/reg/config.xml",
      "/credentials/store/system/domain/_/createCredentials",
    ]);
    expect(server.seen[1]?.body).toContain("<password>&lt;&amp;&quot;&apos;&gt;</password>");
  });
});
