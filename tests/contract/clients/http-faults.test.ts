import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { Denied, Invalid, NotFound, RateLimited, Unavailable } from "#lib/platform/errors";
import { type FaultyServer, json, startFaultyServer } from "./faulty-server.ts";

/** The common ground of all clients, seen through one of them. */
describe("what any client makes of a system in trouble", () => {
  let server: FaultyServer;
  const gitlab = () => createGitlab({ url: server.url, token: "glpat-secret", random: () => 0 });
  const me = { id: 1, username: "root" };
  const hook = { url: "http://kepler/hook", token: "t", pushEvents: true, tagPushEvents: false };

  beforeAll(async () => {
    server = await startFaultyServer();
  });
  afterAll(() => server.stop());

  it.each([500, 502, 503, 504])("asks a read again after %i, and is content with a good answer", async (status) => {
    server.answer({ status }, { status }, json(me));
    expect(await gitlab().whoAmI()).toEqual(me);
    expect(server.seen).toHaveLength(3);
  });

  it("gives up on a read after three answers of 503, as unavailable", async () => {
    server.answer({ status: 503 });
    await expect(gitlab().whoAmI()).rejects.toMatchObject({ code: "unavailable", system: "gitlab" });
    expect(server.seen).toHaveLength(3);
  });

  it.each([500, 502, 503, 429])("never sends a write twice after %i", async (status) => {
    server.answer({ status });
    await expect(gitlab().createHook(1, hook)).rejects.toThrow(status === 429 ? RateLimited : Unavailable);
    expect(server.seen.map((request) => request.method)).toEqual(["POST"]);
  });

  it("never sends a write twice after a cut connection", async () => {
    server.answer("reset");
    await expect(gitlab().createHook(1, hook)).rejects.toThrow("GitLab broke off the connection.");
    expect(server.seen).toHaveLength(1);
  });

  it("asks a read again after a cut connection", async () => {
    server.answer("reset", json(me));
    expect(await gitlab().whoAmI()).toEqual(me);
  });

  it("waits no longer than its deadline for a system that hangs", async () => {
    server.answer("hang");
    const failure = gitlab().whoAmI({ deadlineMs: 150 });
    await expect(failure).rejects.toThrow(Unavailable);
    await expect(failure).rejects.toThrow("GitLab has not answered within 0.15 s.");
    expect(server.seen).toHaveLength(1);
  });

  it("counts a body that stops half-way towards the deadline", async () => {
    server.answer({ pieces: ['{"id":'], then: "hang", headers: { "content-type": "application/json" } });
    await expect(gitlab().whoAmI({ deadlineMs: 150 })).rejects.toThrow("has not answered within");
  });

  it("stops at once when the caller calls off", async () => {
    server.answer("hang");
    const arrived = server.nextRequest();
    const caller = new AbortController();
    const failure = expect(gitlab().whoAmI({ signal: caller.signal })).rejects.toThrow("called off");
    await arrived;
    caller.abort();
    await failure;
    expect(server.seen).toHaveLength(1);
  });

  it("does not take a cut-off document for an answer", async () => {
    server.answer({ truncated: '{"id":1,"username":"ro' });
    await expect(gitlab().whoAmI()).rejects.toThrow(Unavailable);
  });

  it("does not take a proxy's page for an answer", async () => {
    server.answer({ headers: { "content-type": "text/html" }, body: "<html>maintenance</html>" });
    await expect(gitlab().whoAmI()).rejects.toThrow("GitLab answered something that is not JSON.");
  });

  it("does not take JSON of another shape for an answer", async () => {
    server.answer(json({ id: "one" }));
    await expect(gitlab().whoAmI()).rejects.toThrow(Unavailable);
  });

  it("waits as long as Retry-After says before it asks a read again", async () => {
    server.answer({ status: 429, headers: { "retry-after": "1" }, body: "Retry later" }, json(me));
    const began = performance.now();
    expect(await gitlab().whoAmI()).toEqual(me);
    expect(performance.now() - began).toBeGreaterThan(950);
  });

  it("hands a Retry-After beyond the deadline to the caller instead of waiting", async () => {
    server.answer({ status: 429, headers: { "retry-after": "120" } });
    await expect(gitlab().whoAmI()).rejects.toMatchObject({ code: "rate-limited", retryAfterMs: 120_000 });
    expect(server.seen).toHaveLength(1);
  });

  it("takes a 429 without Retry-After for one too", async () => {
    server.answer({ status: 429, headers: { "content-type": "text/plain" }, body: "Retry later" });
    await expect(gitlab().whoAmI()).rejects.toThrow(RateLimited);
  });

  it("says of a refused token who can help, whatever page comes with it", async () => {
    server.answer({ status: 401, headers: { "content-type": "text/html" }, body: "<html>sign in</html>" });
    const failure = gitlab().whoAmI();
    await expect(failure).rejects.toThrow(Denied);
    await expect(failure).rejects.toThrow("GitLab refuses the token (401).");
    await expect(failure).rejects.toMatchObject({ next: "An admin must renew it." });
    expect(server.seen).toHaveLength(1);
  });

  it("repeats the system's explanation without the secrets in it", async () => {
    server.answer(json({ message: { url: ["is odd: glpat-secret"] } }, { status: 422 }));
    const failure = gitlab().createHook(1, hook);
    await expect(failure).rejects.toThrow(Invalid);
    await expect(failure).rejects.toThrow("url is odd: •••");
  });

  it("says that a system refuses connections", async () => {
    const gone = await startFaultyServer();
    await gone.stop();
    const gitlab = createGitlab({ url: gone.url, token: "t", random: () => 0 });
    await expect(gitlab.whoAmI()).rejects.toThrow("GitLab refuses connections.");
  });

  it("keeps the token at home when a read is redirected elsewhere", async () => {
    const elsewhere = await startFaultyServer();
    elsewhere.answer(json(me));
    server.answer({ status: 302, headers: { location: `${elsewhere.url}/user` } });
    expect(await gitlab().whoAmI()).toEqual(me);
    expect(server.seen[0]?.headers["private-token"]).toBe("glpat-secret");
    expect(elsewhere.seen[0]?.headers).not.toHaveProperty("private-token");
    await elsewhere.stop();
  });

  it("finds nothing where the system knows nothing", async () => {
    server.answer(json({ message: "404 Project Not Found" }, { status: 404 }));
    await expect(gitlab().getProject(7)).rejects.toThrow(NotFound);
  });

  it("works after the Kubernetes library has replaced the process's global dispatcher", async () => {
    await import("@kubernetes/client-node");
    server.answer(json({ id: 3, url: hook.url, alert_status: "executable" }, { status: 201 }));
    expect(await gitlab().createHook(1, hook)).toMatchObject({ id: 3, alertStatus: "executable" });
  });
});
