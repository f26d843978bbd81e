import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { z } from "zod";

type Registry = { url: string; user?: string; token?: string };
type Content = { digest: string; size: number };
type Layer = Content & { mediaType: string };
export type PushedImage = { digest: string; configDigest: string; sizeBytes: number };

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

const sha256 = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
/** An empty tar archive: two blocks of zeros. */
const NO_FILES = Buffer.alloc(1024);

type Image = {
  /** What a container of it runs, its labels and so on (OCI image configuration, `config`). */
  config: Record<string, unknown>;
  /** Its only layer. Without it the image stands on TEST_BASE_IMAGE where that is set, and is empty otherwise. */
  files?: { tar: Buffer; gzipped: Buffer };
  /** Only for this processor, as an index says that has nothing for any other. */
  onlyFor?: string;
};

/**
 * Pushes an image the plain way (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push), so that what
 * is under test has something to read that it has not written. A real cluster's nodes bring no programs of their own as
 * the sandbox's node does: for them TEST_BASE_IMAGE ("library/node:22-alpine", in the same registry) has a shell and Node.js.
 */
export async function pushImage(
  registry: Registry,
  repository: string,
  tag: string,
  image: Image,
): Promise<PushedImage> {
  const send = sender(registry);
  const upload = async (bytes: Buffer): Promise<Content> => {
    const begun = await send("POST", `/v2/${repository}/blobs/uploads/`);
    const place = new URL(begun.headers.get("location") ?? "", registry.url);
    place.searchParams.set("digest", sha256(bytes));
    await send("PUT", place.href, { type: "application/octet-stream", body: bytes });
    return { digest: sha256(bytes), size: bytes.length };
  };
  const layersOf = async (): Promise<{ layers: Layer[]; diffIds: string[] }> => {
    const base = process.env.TEST_BASE_IMAGE;
    if (image.files === undefined && base !== undefined) return mountBase(send, base, repository);
    const { tar, gzipped } = image.files ?? { tar: NO_FILES, gzipped: gzipSync(NO_FILES) };
    return { layers: [{ mediaType: LAYER, ...(await upload(gzipped)) }], diffIds: [sha256(tar)] };
  };
  const { layers, diffIds } = await layersOf();

  const rootfs = { type: "layers", diff_ids: diffIds };
  const configuration = { os: "linux", architecture: image.onlyFor ?? "amd64", config: image.config, rootfs };
  const config = await upload(Buffer.from(JSON.stringify(configuration)));
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: { mediaType: CONFIG, ...config }, layers };
  const body = Buffer.from(JSON.stringify(manifest));
  const digest = sha256(body);
  const sizeBytes = [config, ...layers].reduce((sum, { size }) => sum + size, 0);
  const pushed = { digest, configDigest: config.digest, sizeBytes };
  if (image.onlyFor === undefined) {
    await send("PUT", `/v2/${repository}/manifests/${tag}`, { type: MANIFEST, body });
    return pushed;
  }
  await send("PUT", `/v2/${repository}/manifests/${digest}`, { type: MANIFEST, body });
  const platform = { os: "linux", architecture: image.onlyFor };
  const manifests = [{ mediaType: MANIFEST, digest, size: body.length, platform }];
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  await send("PUT", `/v2/${repository}/manifests/${tag}`, { type: INDEX, body: index });
  return { ...pushed, digest: sha256(index) };
}

type Send = (method: string, path: string, content?: { type: string; body: Buffer }) => Promise<Response>;

function sender({ url, user = "kepler", token }: Registry): Send {
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  return async (method, path, content) => {
    const headers = {
      accept: MANIFEST,
      ...(token ? { authorization } : {}),
      ...(content ? { "content-type": content.type } : {}),
    };
    const body = content && new Uint8Array(content.body);
    const response = await fetch(new URL(path, url), { method, headers, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
}

const baseManifest = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string(), size: z.number() })),
});
const baseConfig = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

/** The base image's layers, made known in `repository` without sending them again. */
async function mountBase(
  send: Send,
  base: string,
  repository: string,
): Promise<{ layers: Layer[]; diffIds: string[] }> {
  const [name, tag] = base.split(":");
  const { config, layers } = baseManifest.parse(await (await send("GET", `/v2/${name}/manifests/${tag}`)).json());
  const { rootfs } = baseConfig.parse(await (await send("GET", `/v2/${name}/blobs/${config.digest}`)).json());
  for (const { digest } of layers) {
    const query = new URLSearchParams({ mount: digest, from: name ?? "" });
    const { status } = await send("POST", `/v2/${repository}/blobs/uploads/?${query.toString()}`);
    if (status !== 201) throw new Error(`the registry did not mount ${digest} of ${base}: ${status}`);
  }
  return { layers, diffIds: rootfs.diff_ids };
}
