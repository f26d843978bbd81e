import { readdir, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { json, Refusal, text } from "#sandbox/platform/exchange";
import { type Listening, serve } from "#sandbox/platform/http";
import { createRouter } from "#sandbox/platform/router";
import { openState } from "#sandbox/platform/state";
import { emptyFolder, removeFolder } from "./gitlab-world.ts";

const logger = pino({ level: "silent" });

describe("the router and server that all systems stand on", () => {
  let server: Listening;
  let opened: PromiseWithResolvers<AbortSignal>;
  let before: (() => void) | undefined;

  beforeEach(async () => {
    opened = Promise.withResolvers();
    before = undefined;
    const router = createRouter();
    router.route("GET", "/projects/:id/files/:path", (exchange) =>
      json(200, [exchange.param("id"), exchange.param("path")]),
    );
    router.route("GET", "/v2/*name/manifests/:reference", (exchange) =>
      json(200, [exchange.param("name"), exchange.param("reference")]),
    );
    router.route("POST", "/echo", async (exchange) => text(200, String((await exchange.body(1000)).length)));
    router.route("GET", "/refuse", () => {
      throw new Refusal(text(418, "no"));
    });
    router.route("GET", "/fail", () => {
      throw new Error("a bug");
    });
    router.route("GET", "/follow", (exchange) => {
      exchange.response.writeHead(200).write("begun");
      opened.resolve(exchange.signal);
      return undefined;
    });
    server = await serve({ router, port: 0, logger, before: () => before?.() });
  });
  afterEach(() => server.close());

  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return [response.status, await response.text()];
  };

  it("keep an encoded slash inside its segment, and let a name span segments", async () => {
    expect(await get("/projects/group%2Fapp/files/a%2Fb.txt?ref=main")).toEqual([200, '["group/app","a/b.txt"]']);
    expect(await get("/v2/team/app/manifests/v1")).toEqual([200, '["team/app","v1"]']);
  });

  it("survive a handler's bug, a refusal, a broken path and too large a body", async () => {
    expect((await get("/fail"))[0]).toBe(500);
    expect(await get("/refuse")).toEqual([418, "no"]);
    expect((await get("/projects/%zz/files/x"))[0]).toBe(400);
    const large = await fetch(`${server.url}/echo`, { method: "POST", body: "x".repeat(1001) });
    expect(large.status).toBe(413);
    expect(await get("/v2/a/manifests/b")).toEqual([200, '["a","b"]']);
  });

  it("tell a handler that its client went away", async () => {
    const following = request(`${server.url}/follow`).end();
    following.on("error", () => undefined);
    const signal = await opened.promise;
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    following.destroy();
    await aborted;
    expect(signal.aborted).toBe(true);
  });

  it("turn away whom the system does not let in, before routing", async () => {
    before = () => {
      throw new Refusal(text(401, "who are you?"));
    };
    expect(await get("/v2/a/manifests/b")).toEqual([401, "who are you?"]);
  });
});

describe("state on disk", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await emptyFolder();
  });
  afterEach(() => removeFolder(folder));

  const open = () =>
    openState({
      file: join(folder, "state.json"),
      schema: z.object({ count: z.number() }),
      initial: () => ({ count: 0 }),
      logger,
    });

  it("holds every change made before a flush, however many flushes run at once", async () => {
    const state = await open();
    const flushes = Array.from({ length: 20 }, async (_, index) => {
      state.data.count = index + 1;
      await state.flush();
      expect(JSON.parse(await readFile(join(folder, "state.json"), "utf8"))).toMatchObject({
        count: expect.any(Number),
      });
    });
    await Promise.all(flushes);
    expect((await open()).data.count).toBe(20);
    expect(await readdir(folder)).toEqual(["state.json"]);
  });

  it("that cannot be read stops the start and is left as it is", async () => {
    await writeFile(join(folder, "state.json"), '{"count":"many"}');
    await expect(open()).rejects.toThrow();
    expect(await readFile(join(folder, "state.json"), "utf8")).toBe('{"count":"many"}');
  });
});
