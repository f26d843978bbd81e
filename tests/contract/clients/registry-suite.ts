import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { createRegistry } from "#lib/clients/registry/create-registry";
import { NotFound } from "#lib/platform/errors";
import { pushImage } from "#tests/world/push-image";

const NOWHERE = `sha256:${createHash("sha256").update("nowhere").digest("hex")}`;

/** What our client makes of any registry; deletion must be allowed there. */
export function registrySuite(access: () => { url: string; user?: string; token?: string }): void {
  const registry = () => createRegistry(access());
  const settings = { Env: ["PORT=8080"], ExposedPorts: { "8080/tcp": {} }, Labels: { "dev.kepler.app/build": "b1" } };

  it("answers that it is there", async () => {
    await registry().ping();
  });

  it("tells digest, size and configuration of a pushed image, by tag and by digest", async () => {
    const pushed = await pushImage(access(), "contract/shop", "v1", { config: settings });
    const byTag = await registry().getManifest("contract/shop", "v1");
    expect(byTag).toMatchObject({ digest: pushed.digest, configDigest: pushed.configDigest, platforms: [] });
    expect(byTag.sizeBytes).toBe(pushed.sizeBytes);
    expect(await registry().getManifest("contract/shop", pushed.digest)).toEqual(byTag);
    expect(await registry().getImageConfig("contract/shop", pushed.digest)).toMatchObject({
      labels: { "dev.kepler.app/build": "b1" },
      env: { PORT: "8080" },
      exposedPorts: [8080],
      os: "linux",
      architecture: "amd64",
    });
  });

  it("finds nothing under an unknown tag, digest or repository", async () => {
    await pushImage(access(), "contract/shop", "v1", { config: settings });
    await expect(registry().getManifest("contract/shop", "v404")).rejects.toThrow(NotFound);
    await expect(registry().getManifest("contract/shop", NOWHERE)).rejects.toThrow(NotFound);
    await expect(registry().listTags("contract/nothing")).rejects.toThrow(NotFound);
  });

  it("lists tags as people count, and forgets all of a deleted digest, twice without harm", async () => {
    const image = await pushImage(access(), "contract/tags", "v10", { config: settings });
    await pushImage(access(), "contract/tags", "v2", { config: settings });
    expect(await registry().listTags("contract/tags")).toEqual(["v2", "v10"]);
    await registry().deleteManifest("contract/tags", image.digest);
    await registry().deleteManifest("contract/tags", image.digest);
    expect(await registry().listTags("contract/tags")).toEqual([]);
  });
}
