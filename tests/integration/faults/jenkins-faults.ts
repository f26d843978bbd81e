import { expect, it } from "vitest";
import { expectOneRun, triggersSince } from "./expect-one.ts";
import { type FaultyWorld } from "./faulty-world.ts";

/** What a build does when Jenkins is in trouble. */
export function jenkinsFaults(world: () => FaultyWorld): void {
  const expectOneGoodRun = (buildId: string) => expectOneRun(world(), buildId);

  it("waits while Jenkins answers 500 to everything, says so since when, and builds once it is back", async () => {
    const { jenkins, ask, until, read, service } = world();
    const askedAt = Date.now();
    const trouble = jenkins.trouble({ path: /./, fault: { status: 500 } });
    const build = await ask.build(service);
    const step = await until.troubled(() => read.build(build));
    expect(step.error).toMatchObject({ system: "jenkins", message: "Jenkins has a problem of its own (500)." });
    const down = await until.system("Jenkins", "down");
    expect(Date.parse(down.since ?? "")).toBeGreaterThanOrEqual(askedAt);
    expect(down.reason).toBe("Jenkins has a problem of its own (500).");

    trouble.lift();
    await expectOneGoodRun(build);
    const up = await until.system("Jenkins", "up");
    expect(Date.parse(up.since ?? "")).toBeGreaterThan(Date.parse(down.since ?? ""));
    expect(up.reason).toBeNull();
  });

  it("asks for the run again when Jenkins refused it with 503", async () => {
    const { jenkins, ask, service } = world();
    const refused = jenkins.trouble({ method: "POST", path: /buildWithParameters/, fault: { status: 503 }, times: 1 });
    await expectOneGoodRun(await ask.build(service));
    expect(refused.hits()).toBe(1);
  });

  it("finds the run that it asked for when the answer was lost, instead of asking again", async () => {
    const { jenkins, ask, service } = world();
    const before = jenkins.seen.length;
    jenkins.trouble({ method: "POST", path: /buildWithParameters/, fault: "lose-answer", times: 1 });
    await expectOneGoodRun(await ask.build(service));
    expect(triggersSince(world(), before)).toHaveLength(1);
  });

  it("takes a run for what it is, and its log for whole, when answers about it break off in the middle", async () => {
    const { jenkins, ask, db, service } = world();
    const cut = [
      jenkins.trouble({ path: /\/\d+\/api\/json/, fault: "cut", times: 4 }),
      jenkins.trouble({ path: /progressiveText/, fault: "cut", times: 4 }),
      jenkins.trouble({ path: /wfapi/, fault: "cut", times: 4 }),
    ];
    const build = await ask.build(service);
    await expectOneGoodRun(build);
    expect(cut.every((one) => one.hits() > 0)).toBe(true);
    const chunks = await db.buildLogChunk.findMany({ where: { buildId: build }, orderBy: { offsetBytes: "asc" } });
    const log = chunks.map((chunk) => chunk.text).join("");
    expect(log).toMatch(/Finished: SUCCESS\s*$/);
    expect(log.split("Finished: SUCCESS")).toHaveLength(2);
  });

  it("waits while Jenkins hangs, and names it as unreachable", async () => {
    const { jenkins, ask, until, read, service } = world();
    const silent = jenkins.trouble({ path: /./, fault: "hang" });
    const build = await ask.build(service);
    const step = await until.troubled(() => read.build(build));
    expect(step.error).toMatchObject({ message: "Jenkins has not answered within 10 s." });
    expect((await until.system("Jenkins", "down")).reason).toContain("has not answered within");
    silent.lift();
    await expectOneGoodRun(build);
  });

  it("waits for an admin, and says so, when Jenkins refuses the token", async () => {
    const { jenkins, ask, until, read, service } = world();
    const refused = jenkins.trouble({ path: /./, fault: { status: 401 } });
    const build = await ask.build(service);
    const step = await until.troubled(() => read.build(build));
    expect(step.error).toMatchObject({ message: "Jenkins refuses the token (401).", next: "An admin must renew it." });
    await until.system("Jenkins", "down");
    refused.lift();
    await expectOneGoodRun(build);
  });

  it("fails with what to do when the job is gone", async () => {
    const { jenkins, ask, until, service } = world();
    const gone = jenkins.trouble({ path: new RegExp(`/job/kepler-${service.name}/`), fault: { status: 404 } });
    const build = await until.built(await ask.build(service));
    gone.lift();
    expect(build.state).toBe("failed");
    expect(build.error).toMatchObject({
      message: `Jenkins has no job kepler-${service.name} any more.`,
      next: "Set the service up again (Overview, Provision), then build again.",
    });
    expect(build.steps.map(({ state }) => state)).not.toContain("running");
  });

  it("makes one job when the answer to its creation was lost", async () => {
    const { jenkins, ask, until } = world();
    const lost = jenkins.trouble({ method: "POST", path: /createItem/, fault: "lose-answer", times: 1 });
    const before = jenkins.seen.length;
    const app = await until.provisioned((await ask.service({ sample: "samples/static-hello" })).appId);
    expect(app.provisionState).toBe("ready");
    expect(lost.hits()).toBe(1);
    const created = jenkins.seen.slice(before).filter(({ url }) => url.includes(`createItem?name=kepler-${app.name}`));
    expect(created).toHaveLength(1);
  });
}
