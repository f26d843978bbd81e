import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../world/sandbox.ts";
import { describeClient } from "./client.ts";

const STORAGE = ["--storage-driver", "vfs"];

// Without root it wants user namespaces, and with it chroot isolation is the one that works in a container too.
const spec = {
  name: "buildah",
  variable: "CLIENT_BUILDAH",
  programs: ["buildah"],
  probe: [...STORAGE, "--root", "/tmp/kepler-buildah-probe", "--runroot", "/tmp/kepler-buildah-probe/run", "info"],
};

describeClient(spec, (buildah) => {
  let world: World<"registry">;
  beforeAll(async () => {
    world = await startWorld(["registry"]);
    // Debian's buildah has no policy of its own to trust images by.
    await writeFile(join(buildah.folder(), "policy.json"), '{"default":[{"type":"insecureAcceptAnything"}]}');
  });
  afterAll(() => world.stop());

  const run = (...args: string[]) => {
    const own = ["--root", join(buildah.folder(), "root"), "--runroot", join(buildah.folder(), "run")];
    return buildah.ok([...STORAGE, ...own, ...args], { env: { BUILDAH_ISOLATION: "chroot" } });
  };

  test("builds from nothing, logs in, pushes, and pulls the same again", async () => {
    const host = new URL(world.registry.url).host;
    const policy = ["--signature-policy", join(buildah.folder(), "policy.json")];
    await writeFile(join(buildah.folder(), "hello.txt"), "hello");
    await writeFile(join(buildah.folder(), "Dockerfile"), "FROM scratch\nLABEL made=by-buildah\nCOPY hello.txt /\n");
    await run("bud", ...policy, "-t", `${host}/clients/built:v1`, buildah.folder());
    const { user = "", token = "" } = world.registry;
    await run("login", "--tls-verify=false", "-u", user, "-p", token, host);
    await run("push", ...policy, "--tls-verify=false", `${host}/clients/built:v1`);
    await run("rmi", "--all");
    await run("logout", host);
    await run("pull", ...policy, "--tls-verify=false", `${host}/clients/built:v1`);
    expect(await run("inspect", "--type=image", `${host}/clients/built:v1`)).toContain("by-buildah");
  });
});
