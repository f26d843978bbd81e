import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRegistry } from "#lib/clients/registry/create-registry";
import { Denied, NotFound, Unavailable } from "#lib/platform/errors";
import { type FaultyServer, json, startFaultyServer } from "./faulty-server.ts";

const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const config = { digest: digestOf("config"), size: 5 };
const image = { schemaVersion: 2, config, layers: [{ digest: digestOf("layer"), size: 100 }] };

describe("registries' odd answers", () => {
  let server: FaultyServer;
  const registry = () => createRegistry({ url: server.url, user: "kepler", token: "secret", random: () => 0 });

  beforeAll(async () => {
    server = await startFaultyServer();
  });
  afterAll(() => server.stop());

  it("asks for every type of manifest, and hashes the bytes where no header tells the digest", async () => {
    server.answer(json(image, { headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" } }));
    expect(await registry().getManifest("team/shop", "v1")).toEqual({
      digest: digestOf(JSON.stringify(image)),
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      sizeBytes: 105,
      configDigest: config.digest,
      platforms: [],
    });
    expect(server.seen[0]?.url).toBe("/v2/team/shop/manifests/v1");
    expect(server.seen[0]?.headers.accept).toContain("application/vnd.oci.image.index.v1+json");
  });

  it("does not believe a digest that its bytes do not have", async () => {
    server.answer(json(image, { headers: { "docker-content-digest": digestOf("something else") } }));
    await expect(registry().getManifest("shop", "v1")).rejects.toThrow(Unavailable);
    server.answer(json(image));
    await expect(registry().getManifest("shop", digestOf("something else"))).rejects.toThrow(Unavailable);
  });

  it("reads the configuration of an index's linux/amd64 image and leaves attestations out", async () => {
    const body = JSON.stringify(image);
    const index = {
      manifests: [
        { digest: digestOf("arm"), size: 1, platform: { os: "linux", architecture: "arm64" } },
        { digest: digestOf(body), size: 2, platform: { os: "linux", architecture: "amd64" } },
        { digest: digestOf("att"), size: 3, platform: { os: "unknown", architecture: "unknown" } },
      ],
    };
    const settings = { Labels: null, Env: ["A=b=c", "EMPTY="], ExposedPorts: { "8080/tcp": {}, "80/tcp": {} } };
    server.answer(json(index), { body }, json({ os: "linux", architecture: "amd64", config: settings }));
    expect(await registry().getImageConfig("shop", "v1")).toEqual({
      labels: {},
      env: { A: "b=c", EMPTY: "" },
      exposedPorts: [80, 8080],
      created: null,
      os: "linux",
      architecture: "amd64",
    });
    expect(server.seen[2]?.url).toBe(`/v2/shop/blobs/${config.digest}`);
  });

  it("follows a blob to its storage without the credentials", async () => {
    const storage = await startFaultyServer();
    storage.answer(json({ config: null }));
    server.answer(json(image), { status: 307, headers: { location: `${storage.url}/blob` } });
    expect(await registry().getImageConfig("shop", "v1")).toMatchObject({ labels: {} });
    expect(server.seen[1]?.headers).toHaveProperty("authorization");
    expect(storage.seen[0]?.headers).not.toHaveProperty("authorization");
    await storage.stop();
  });

  it("follows the pages of tags and sorts them as people count", async () => {
    const link = { link: '</v2/shop/tags/list?n=1000&last=v10>; rel="next"' };
    server.answer(json({ tags: ["v1", "v10"] }, { headers: link }), json({ tags: ["v2", "latest"] }));
    expect(await registry().listTags("shop")).toEqual(["latest", "v1", "v2", "v10"]);
    expect(server.seen[1]?.url).toBe("/v2/shop/tags/list?n=1000&last=v10");
  });

  it("takes null for no tags, and an unknown repository for not found", async () => {
    server.answer(json({ name: "shop", tags: null }));
    expect(await registry().listTags("shop")).toEqual([]);
    server.answer(json({ errors: [{ code: "NAME_UNKNOWN", message: "repository name not known" }] }, { status: 404 }));
    await expect(registry().listTags("nothing")).rejects.toThrow(NotFound);
  });

  it("fetches a token where a Bearer challenge asks for one, and keeps it", async () => {
    const challenge = {
      "www-authenticate": `Bearer realm="${server.url}/token",service="reg",scope="repository:shop:pull"`,
    };
    const client = registry();
    server.answer({ status: 401, headers: challenge }, json({ token: "granted" }), json({ tags: ["v1"] }));
    expect(await client.listTags("shop")).toEqual(["v1"]);
    expect(server.seen[1]?.url).toBe("/token?service=reg&scope=repository%3Ashop%3Apull");
    expect(server.seen[2]?.headers.authorization).toBe("Bearer granted");

    server.answer({ status: 401, headers: challenge }, json({ tags: ["v2"] }));
    expect(await client.listTags("shop")).toEqual(["v2"]);
  });

  it("says that it is refused where there is no challenge to answer", async () => {
    server.answer({ status: 401, headers: { "www-authenticate": 'Basic realm="reg"' } });
    await expect(registry().ping()).rejects.toThrow(Denied);
  });

  it("says that deletion is switched off, and is content with what is gone", async () => {
    server.answer(json({ errors: [{ code: "UNSUPPORTED", message: "unsupported" }] }, { status: 405 }));
    await expect(registry().deleteManifest("shop", config.digest)).rejects.toThrow("deletion switched off");
    server.answer({ status: 404 });
    await registry().deleteManifest("shop", config.digest);
  });
});
