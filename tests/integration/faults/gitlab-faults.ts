import { expect, it } from "vitest";
import { retryProvision } from "#lib/apps/retry-provision";
import { type TestService } from "#tests/world/service";
import { expectOneHook } from "./expect-one.ts";
import { type FaultyWorld } from "./faulty-world.ts";

const SAMPLE = { sample: "samples/static-hello" };

/** What the setting up of a service does when GitLab is in trouble. */
export function gitlabFaults(world: () => FaultyWorld): void {
  const expectReady = (service: TestService) => expectOneHook(world(), service);

  const provision = async (service: TestService) => {
    const app = await world().read.app(service.appId);
    return { ...app, steps: app.provisionSteps };
  };

  it("comes back when GitLab says so with 429, and not before", async () => {
    const { gitlab, ask } = world();
    const limit = { status: 429, headers: { "retry-after": "3" } };
    const limited = gitlab.trouble({ method: "POST", path: /\/hooks/, fault: limit, times: 1 });
    const before = gitlab.seen.length;
    await expectReady(await ask.service(SAMPLE));
    expect(limited.hits()).toBe(1);
    const [refused, accepted, ...more] = gitlab.seen
      .slice(before)
      .filter(({ method, url }) => method === "POST" && url.includes("/hooks"));
    expect((accepted?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(3_000);
    expect(more).toEqual([]);
  });

  it("waits while GitLab answers 502 to everything, says so since when, and goes on once it is back", async () => {
    const { gitlab, ask, until } = world();
    const askedAt = Date.now();
    const trouble = gitlab.trouble({ path: /./, fault: { status: 502, body: "<html>Whoops</html>" } });
    const service = await ask.service(SAMPLE);
    const step = await until.troubled(() => provision(service));
    expect(step.error).toMatchObject({ system: "gitlab", message: "GitLab has a problem of its own (502)." });
    const down = await until.system("GitLab", "down");
    expect(Date.parse(down.since ?? "")).toBeGreaterThanOrEqual(askedAt);
    trouble.lift();
    await expectReady(service);
    expect((await until.system("GitLab", "up")).reason).toBeNull();
  });

  it("makes one webhook when the answer to its creation was lost", async () => {
    const { gitlab, ask } = world();
    const lost = gitlab.trouble({ method: "POST", path: /\/hooks/, fault: "lose-answer", times: 1 });
    const service = await ask.service(SAMPLE);
    await expectReady(service);
    expect(lost.hits()).toBe(1);
  });

  it("reads the project again when the answer broke off in the middle", async () => {
    const { gitlab, ask } = world();
    const cut = gitlab.trouble({ method: "GET", path: /\/api\/v4\/projects/, fault: "cut", times: 4 });
    await expectReady(await ask.service(SAMPLE));
    expect(cut.hits()).toBe(4);
  });

  it("fails with what to do when GitLab refuses the token, is shown as down, and goes on when a person says so", async () => {
    const { gitlab, ask, db, until } = world();
    const refused = gitlab.trouble({ path: /./, fault: { status: 401 } });
    const service = await ask.service(SAMPLE);
    const app = await until.provisioned(service.appId);
    expect(app.provisionState).toBe("failed");
    expect(app.provisionError).toMatchObject({
      code: "denied",
      message: "GitLab refuses the token (401).",
      next: "An admin must renew it.",
    });
    expect((await until.system("GitLab", "down")).reason).toBe("GitLab refuses the token (401).");
    refused.lift();
    await retryProvision({ db, enqueue: world().enqueue, now: () => new Date() }, service.appId);
    await expectReady(service);
  });

  it("fails with a sentence when GitLab no longer has the project", async () => {
    const { gitlab, ask, until } = world();
    const body = JSON.stringify({ message: "404 Project Not Found" });
    const gone = gitlab.trouble({ path: /\/api\/v4\/projects\/\d+$/, fault: { status: 404, body } });
    const app = await until.provisioned((await ask.service(SAMPLE)).appId);
    gone.lift();
    expect(app.provisionState).toBe("failed");
    expect(app.provisionError).toMatchObject({ code: "not-found", system: "gitlab" });
    expect(app.provisionError).toHaveProperty("next");
  });
}
