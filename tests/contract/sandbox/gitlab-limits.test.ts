import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitlabWorld, gitlabWorld, removeFolder } from "./gitlab-world.ts";

describe("rate limits", () => {
  let clock = 0;
  let gitlab: GitlabWorld;
  beforeAll(async () => {
    gitlab = await gitlabWorld({ now: () => new Date(Date.now() + clock) });
  });
  afterAll(async () => {
    await gitlab.stop();
    await removeFolder(gitlab.home);
  });

  it("are off at first, and then say in each answer what is left, and in plain text that it is too much", async () => {
    expect((await gitlab.api("/user")).headers.has("ratelimit-limit")).toBe(false);
    const body = {
      throttle_authenticated_api_enabled: true,
      throttle_authenticated_api_requests_per_period: 2,
      throttle_authenticated_api_period_in_seconds: 60,
    };
    await gitlab.api("/application/settings", { method: "PUT", body });
    const first = await gitlab.api("/user");
    expect([first.headers.get("ratelimit-remaining"), first.headers.get("ratelimit-limit")]).toEqual(["1", "2"]);
    await gitlab.api("/user");
    const third = await gitlab.api("/user");
    expect([third.status, third.headers.get("content-type"), await third.text()]).toEqual([
      429,
      "text/plain",
      "Retry later\n",
    ]);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(50);
    clock += 60_000;
    expect((await gitlab.api("/user")).status).toBe(200);
  });

  it("let one person fetch five archives of a project a minute", async () => {
    await gitlab.api("/application/settings", { method: "PUT", body: { throttle_authenticated_api_enabled: false } });
    const archive = async () => (await gitlab.api("/projects/samples%2Fnode-hello/repository/archive.tar.gz")).status;
    const answers = [];
    for (let time = 0; time < 6; time += 1) answers.push(await archive());
    expect(answers).toEqual([200, 200, 200, 200, 200, 429]);
    clock += 60_000;
    expect(await archive()).toBe(200);
  });
});
