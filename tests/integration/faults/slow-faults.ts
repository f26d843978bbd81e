import { expect, it } from "vitest";
import { waitFor } from "#tests/world/wait-for";
import { expectOneHook, expectOneRun, triggersSince } from "./expect-one.ts";
import { type FaultyWorld } from "./faulty-world.ts";

/** Longer than Kepler waits for an answer. */
const TOO_LATE_MS = 12_000;

/** Trouble that takes its time: to be run side by side, each with a service or a path of its own. */
export function slowFaults(world: () => FaultyWorld): void {
  it.concurrent("one run, when the request for it reaches Jenkins only after Kepler has given it up", async () => {
    const { jenkins, ask, service } = world();
    const before = jenkins.seen.length;
    const path = new RegExp(`/job/kepler-${service.name}/buildWithParameters`);
    const late = jenkins.trouble({ method: "POST", path, fault: { lateByMs: TOO_LATE_MS }, times: 1 });
    await expectOneRun(world(), await ask.build(service));
    expect(late.passedOn()).toBe(1);
    expect(triggersSince(world(), before).filter(({ url }) => path.test(url))).toHaveLength(1);
  });

  it.concurrent("one webhook, when its creation reaches GitLab only after Kepler has given it up", async () => {
    const { gitlab, ask, behind } = world();
    const headers = { "private-token": behind.gitlab.token };
    const answer = await fetch(`${behind.gitlab.url}/api/v4/projects/samples%2Fstatic-hello`, { headers });
    const { id } = (await answer.json()) as { id: number };
    const path = new RegExp(`/projects/${id}/hooks`);
    const late = gitlab.trouble({ method: "POST", path, fault: { lateByMs: TOO_LATE_MS }, times: 1 });
    const service = await ask.service({ sample: "samples/static-hello" });
    await waitFor("the late request to arrive", () => late.passedOn() === 1);
    await expectOneHook(world(), service);
  });

  it.concurrent("no release and a sentence that says what to do, when the image never appears", async () => {
    const { registry, ask, db, until } = world();
    const { appId, name } = await ask.service();
    const path = new RegExp(`/v2/${name}/manifests/(?!sha256:)`);
    const missing = registry.trouble({ method: "GET", path, fault: { status: 404 } });
    const first = await db.build.findFirstOrThrow({ where: { appId } });
    const build = await until.built(first.id);
    missing.lift();
    expect(build.state).toBe("failed");
    expect(build.error).toMatchObject({
      message: `Jenkins reported success, but the registry has no image ${build.imageRepository}:${build.imageTag}.`,
      next: "See in the log where the push went, then build again.",
    });
    expect(await db.release.count({ where: { appId } })).toBe(0);
  });
}
