import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * Pushes an image of one empty layer the plain way (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push),
 * so that the client under test has something to read that it has not written.
 */
export async function pushImage(
  registry: { url: string; user?: string; token?: string },
  repository: string,
  tag: string,
  settings: Record<string, unknown>,
) {
  const { url, user = "", token = "" } = registry;
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  const put = async (address: string | URL, body: Buffer, type: string) => {
    const headers = { authorization, "content-type": type };
    const response = await fetch(address, { method: "PUT", headers, body: new Uint8Array(body) });
    if (response.status !== 201) throw new Error(`PUT ${String(address)}: ${response.status} ${await response.text()}`);
  };
  const upload = async (bytes: Buffer) => {
    const begun = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: "POST", headers: { authorization } });
    if (begun.status !== 202) throw new Error(`upload: ${begun.status} ${await begun.text()}`);
    const place = new URL(begun.headers.get("location") ?? "", url);
    place.searchParams.set("digest", digestOf(bytes));
    await put(place, bytes, "application/octet-stream");
    return { digest: digestOf(bytes), size: bytes.length };
  };

  const files = Buffer.alloc(1024);
  const layer = gzipSync(files);
  const rootfs = { type: "layers", diff_ids: [digestOf(files)] };
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", config: settings, rootfs }));
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const descriptors = { config: await upload(config), layer: await upload(layer) };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...descriptors.config },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...descriptors.layer }],
    }),
  );
  await put(`${url}/v2/${repository}/manifests/${tag}`, manifest, mediaType);
  return { digest: digestOf(manifest), configDigest: digestOf(config), sizeBytes: config.length + layer.length };
}
