import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRegistry } from "#sandbox/registry/main";

const OCI = "application/vnd.oci.image.manifest.v1+json";
const logger = pino({ level: "silent" });
const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

let home: string;
let registry: Awaited<ReturnType<typeof startRegistry>>;
let authorization: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "kepler-registry-"));
  registry = await startRegistry({ port: 0, home, logger });
  authorization = `Basic ${Buffer.from(`${registry.user}:${registry.token}`).toString("base64")}`;
});

afterAll(async () => {
  await registry.stop();
  await rm(home, { recursive: true, force: true });
});

function call(method: string, path: string, init: { headers?: Record<string, string>; body?: Buffer | string } = {}) {
  const url = path.startsWith("http") ? path : `${registry.url}${path}`;
  const body =
    init.body === undefined ? undefined : typeof init.body === "string" ? init.body : new Uint8Array(init.body);
  return fetch(url, { method, headers: { authorization, ...init.headers }, body });
}

async function pushBlob(name: string, bytes: Buffer): Promise<string> {
  const digest = digestOf(bytes);
  const response = await call("POST", `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: bytes });
  expect(response.status).toBe(201);
  return digest;
}

async function pushImage(name: string, tag: string): Promise<{ digest: string; text: string }> {
  const config = await pushBlob(
    name,
    Buffer.from(JSON.stringify({ os: "linux", salt: randomBytes(4).toString("hex") })),
  );
  const layer = await pushBlob(name, randomBytes(64));
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: config, size: 1 },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: layer, size: 64 }],
  });
  const response = await call("PUT", `/v2/${name}/manifests/${tag}`, { headers: { "content-type": OCI }, body: text });
  expect(response.status).toBe(201);
  return { digest: response.headers.get("docker-content-digest") ?? "", text };
}

describe("access", () => {
  /** What a client gets for the challenge of a refused request, with or without credentials. */
  const tokenFor = async (refused: Response, headers: Record<string, string> = {}) => {
    const challenge = refused.headers.get("www-authenticate") ?? "";
    const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? "";
    const url = new URL(field("realm"));
    for (const name of ["service", "scope"]) url.searchParams.set(name, field(name));
    const answer = await fetch(url, { headers });
    return { status: answer.status, ...((await answer.json()) as { token?: string; expires_in?: number }) };
  };
  const bearer = (token = "") => ({ authorization: `Bearer ${token}` });

  test("the door sends every request without a token to the token service, naming what it wants", async () => {
    const { digest } = await pushImage("open", "v1");
    for (const [method, path, scope] of [
      ["GET", "/v2/", undefined],
      ["GET", "/v2/open/manifests/v1", "repository:open:pull"],
      ["GET", "/v2/_catalog", "registry:catalog:*"],
      ["POST", "/v2/open/blobs/uploads/", "repository:open:pull,push"],
      ["POST", `/v2/new/blobs/uploads/?mount=${digest}&from=open`, "repository:new:pull,push repository:open:pull"],
      ["DELETE", `/v2/open/manifests/${digest}`, "repository:open:delete"],
    ] as const) {
      const response = await fetch(`${registry.url}${path}`, { method });
      expect(response.status, path).toBe(401);
      const challenge = `Bearer realm="${registry.url}/token",service="kepler-sandbox"${scope ? `,scope="${scope}"` : ""}`;
      expect(response.headers.get("www-authenticate")).toBe(challenge);
      expect(await response.json()).toMatchObject({ errors: [{ code: "UNAUTHORIZED" }] });
    }
  });

  test("anyone gets a token to pull, and only the owner one to push; a token is good for what it names alone", async () => {
    await pushImage("scoped", "v1");
    const pull = `${registry.url}/v2/scoped/manifests/v1`;
    const granted = await tokenFor(await fetch(pull));
    expect(granted).toMatchObject({ status: 200, expires_in: 300 });
    expect((await fetch(pull, { headers: { accept: OCI, ...bearer(granted.token) } })).status).toBe(200);
    expect((await fetch(`${registry.url}/v2/`, { headers: bearer(granted.token) })).status).toBe(200);
    const push = (name: string, token = "") =>
      fetch(`${registry.url}/v2/${name}/blobs/uploads/`, { method: "POST", headers: bearer(token) });
    const anonymous = await tokenFor(await push("scoped"));
    expect((await push("scoped", anonymous.token)).status).toBe(401);
    const owner = await tokenFor(await push("scoped"), { authorization });
    expect((await push("scoped", owner.token)).status).toBe(202);
    expect((await push("other", owner.token)).status).toBe(401);
    expect((await push("scoped", `${owner.token}x`)).status).toBe(401);
  });

  test("a wrong password gets no token, and is refused even for reading", async () => {
    const headers = { authorization: `Basic ${Buffer.from("kepler:wrong").toString("base64")}` };
    const refused = await fetch(`${registry.url}/v2/open/tags/list`, { headers });
    expect(refused.status).toBe(401);
    expect((await tokenFor(refused, headers)).status).toBe(401);
    expect((await fetch(`${registry.url}/v2/`, { headers: bearer(registry.token) })).status).toBe(200);
  });
});

describe("uploads", () => {
  test("chunks are appended in order, a gap is refused with the range that is there", async () => {
    const bytes = randomBytes(100);
    const begun = await call("POST", "/v2/chunked/blobs/uploads/");
    expect(begun.status).toBe(202);
    const first = await call("PATCH", begun.headers.get("location") ?? "", {
      headers: { "content-range": "0-59" },
      body: bytes.subarray(0, 60),
    });
    expect([first.status, first.headers.get("range")]).toEqual([202, "0-59"]);
    const gap = await call("PATCH", first.headers.get("location") ?? "", {
      headers: { "content-range": "70-99" },
      body: bytes.subarray(70),
    });
    expect([gap.status, gap.headers.get("range")]).toEqual([416, "0-59"]);
    const end = new URL(first.headers.get("location") ?? "");
    end.searchParams.set("digest", digestOf(bytes));
    expect(
      (await call("PUT", end.href, { headers: { "content-range": "60-99" }, body: bytes.subarray(60) })).status,
    ).toBe(201);
    const stored = await call("GET", `/v2/chunked/blobs/${digestOf(bytes)}`);
    expect(Buffer.from(await stored.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("content that is not what its digest says is refused and forgotten", async () => {
    const wrong = digestOf(Buffer.from("other"));
    const response = await call("POST", `/v2/liar/blobs/uploads/?digest=${wrong}`, { body: "this" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ code: "DIGEST_INVALID" }] });
    expect((await call("HEAD", `/v2/liar/blobs/${wrong}`)).status).toBe(404);
  });

  test("the same blob pushed by many at once is stored whole", async () => {
    const bytes = randomBytes(200_000);
    const digests = await Promise.all(Array.from({ length: 8 }, () => pushBlob("busy", bytes)));
    expect(new Set(digests).size).toBe(1);
    const read = await call("GET", `/v2/busy/blobs/${digests[0] ?? ""}`);
    expect(digestOf(Buffer.from(await read.arrayBuffer()))).toBe(digests[0]);
  });

  test("a blob of one repository is unknown in another until it is mounted there", async () => {
    const digest = await pushBlob("owner", randomBytes(10));
    expect((await call("HEAD", `/v2/other/blobs/${digest}`)).status).toBe(404);
    const mounted = await call("POST", `/v2/other/blobs/uploads/?mount=${digest}&from=owner`);
    expect(mounted.status).toBe(201);
    expect((await call("HEAD", `/v2/other/blobs/${digest}`)).status).toBe(200);
    const unknown = await call("POST", `/v2/other/blobs/uploads/?mount=${digestOf(Buffer.from("none"))}&from=owner`);
    expect(unknown.status).toBe(202);
  });

  test("an upload id that climbs out of the folder is unknown", async () => {
    expect((await call("GET", "/v2/x/blobs/uploads/..%2F..%2Fstate.json")).status).toBe(404);
  });
});

describe("blobs", () => {
  test("one range is served as 206, one past the end as 416", async () => {
    const digest = await pushBlob("ranges", Buffer.from("0123456789"));
    const part = await call("GET", `/v2/ranges/blobs/${digest}`, { headers: { range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/10", "234"]);
    expect((await call("GET", `/v2/ranges/blobs/${digest}`, { headers: { range: "bytes=10-" } })).status).toBe(416);
  });

  test("a deleted blob is gone from its repository", async () => {
    const digest = await pushBlob("gone", Buffer.from("x"));
    expect((await call("DELETE", `/v2/gone/blobs/${digest}`)).status).toBe(202);
    expect((await call("GET", `/v2/gone/blobs/${digest}`)).status).toBe(404);
  });
});

describe("manifests", () => {
  test("bytes, type and digest come back as they were put, by tag and by digest", async () => {
    const { digest, text } = await pushImage("app/deep", "v1");
    for (const reference of ["v1", digest]) {
      const response = await call("GET", `/v2/app/deep/manifests/${reference}`, { headers: { accept: OCI } });
      expect([
        response.headers.get("content-type"),
        response.headers.get("docker-content-digest"),
        await response.text(),
      ]).toEqual([OCI, digest, text]);
    }
    const head = await call("HEAD", "/v2/app/deep/manifests/v1", { headers: { accept: OCI } });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(text.length)]);
  });

  test("an OCI manifest is hidden from a client that does not accept its type", async () => {
    await pushImage("shy", "v1");
    const response = await call("GET", "/v2/shy/manifests/v1", { headers: { accept: "*/*" } });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ code: "MANIFEST_UNKNOWN" }] });
  });

  test("a manifest whose blobs are not there is refused", async () => {
    const body = JSON.stringify({
      schemaVersion: 2,
      config: { mediaType: "x", digest: digestOf(Buffer.from("?")), size: 1 },
      layers: [],
    });
    const response = await call("PUT", "/v2/hollow/manifests/v1", { headers: { "content-type": OCI }, body });
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { errors: [{ code: "MANIFEST_BLOB_UNKNOWN" }] },
    ]);
  });

  test("deleting a digest takes every tag on it and leaves an empty repository", async () => {
    const { digest, text } = await pushImage("many", "a");
    await call("PUT", "/v2/many/manifests/b", { headers: { "content-type": OCI }, body: text });
    expect((await call("DELETE", `/v2/many/manifests/${digest}`)).status).toBe(202);
    expect((await call("DELETE", `/v2/many/manifests/${digest}`)).status).toBe(404);
    expect(await (await call("GET", "/v2/many/tags/list")).json()).toEqual({ name: "many", tags: null });
  });
});

describe("lists", () => {
  test("tags come in pages with a relative Link to the next", async () => {
    for (const tag of ["v1", "v2", "v10"]) await pushImage("paged", tag);
    const first = await call("GET", "/v2/paged/tags/list?n=2");
    expect(await first.json()).toEqual({ name: "paged", tags: ["v1", "v10"] });
    const next = /^<(\/v2\/[^>]+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    const second = await call("GET", next);
    expect([await second.json(), second.headers.get("link")]).toEqual([{ name: "paged", tags: ["v2"] }, null]);
  });

  test("an unknown repository has no tag list, an invalid name is said to be invalid", async () => {
    expect(await (await call("GET", "/v2/nowhere/tags/list")).json()).toMatchObject({
      errors: [{ code: "NAME_UNKNOWN" }],
    });
    expect(await (await call("GET", "/v2/UPPER/tags/list")).json()).toMatchObject({
      errors: [{ code: "NAME_INVALID" }],
    });
  });
});

test("images, tags and the token are there again after a restart", async () => {
  const { digest } = await pushImage("lasting", "v1");
  const before = registry.token;
  await registry.stop();
  registry = await startRegistry({ port: 0, home, logger });
  expect(registry.token).toBe(before);
  const response = await call("HEAD", "/v2/lasting/manifests/v1", { headers: { accept: OCI } });
  expect(response.headers.get("docker-content-digest")).toBe(digest);
});
