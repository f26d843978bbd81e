import { expect, it } from "vitest";
import { type FaultyWorld } from "./faulty-world.ts";

/** What builds and releases do when the registry is in trouble. */
export function registryFaults(world: () => FaultyWorld): void {
  /** By tag, as a build asks for what was pushed; by digest, as a release does. */
  const byTag = () => new RegExp(`/v2/${world().service.name}/manifests/(?!sha256:)`);
  const byDigest = () => new RegExp(`/v2/${world().service.name}/manifests/sha256:`);

  it("does not believe Jenkins before the image is there", async () => {
    const { registry, ask, until, service } = world();
    const missing = registry.trouble({ method: "GET", path: byTag(), fault: { status: 404 }, times: 4 });
    const build = await until.built(await ask.build(service));
    expect(missing.hits()).toBe(4);
    expect({ state: build.state, error: build.error }).toEqual({ state: "succeeded", error: null });
    expect(build.imageDigest).toMatch(/^sha256:/);
  });

  it("waits for an admin, and says so, when the registry refuses the token", async () => {
    const { registry, ask, until, read, service } = world();
    const refused = registry.trouble({ method: "GET", path: byTag(), fault: { status: 401 } });
    const id = await ask.build(service);
    const step = await until.troubled(() => read.build(id));
    expect(step).toMatchObject({ name: "verify", error: { code: "denied", system: "registry" } });
    expect(step.error).toHaveProperty("next");
    expect((await until.system("Registry", "down")).since).not.toBeNull();
    refused.lift();
    expect((await until.built(id)).state).toBe("succeeded");
    await until.system("Registry", "up");
  });

  it("refuses a release whose image has gone, and says to build again", async () => {
    const { registry, ask, until, service } = world();
    const gone = registry.trouble({ method: "GET", path: byDigest(), fault: { status: 404 } });
    const release = await until.released(await ask.release(service, { args: ["gone"] }));
    gone.lift();
    expect(release.state).toBe("failed");
    expect(release.error).toMatchObject({
      message: expect.stringContaining("The registry no longer has"),
      next: "Build the commit again, then release that build.",
    });
    expect(release.steps.find(({ name }) => name === "apply")?.state).toBe("skipped");
  });

  it("waits with a release while the registry breaks off its answers, then does it", async () => {
    const { registry, ask, until, read, service } = world();
    const cut = registry.trouble({ method: "GET", path: byDigest(), fault: "cut" });
    const id = await ask.release(service, {}, "restart");
    const step = await until.troubled(() => read.release(id));
    expect(step).toMatchObject({ name: "check", error: { code: "unavailable", system: "registry" } });
    await until.system("Registry", "down");
    cut.lift();
    expect((await until.released(id)).state).toBe("done");
  });
}
