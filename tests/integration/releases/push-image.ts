import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

type Registry = { url: string; user?: string; token?: string };

const sha256 = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
/** An empty tar archive: two blocks of zeros. */
const NO_FILES = Buffer.alloc(1024);

/** Pushes an image without files whose command is `cmd`; answers its digest (OCI distribution, "Pushing"). */
export async function pushImage(registry: Registry, repository: string, tag: string, cmd: string[]): Promise<string> {
  const layer = gzipSync(NO_FILES);
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { Cmd: cmd, Labels: { tag } },
      rootfs: { type: "layers", diff_ids: [sha256(NO_FILES)] },
    }),
  );
  for (const blob of [layer, config]) await pushBlob(registry, repository, blob);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: descriptor("application/vnd.oci.image.config.v1+json", config),
      layers: [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
    }),
  );
  await send(registry, `${registry.url}/v2/${repository}/manifests/${tag}`, "PUT", {
    type: "application/vnd.oci.image.manifest.v1+json",
    body: manifest,
  });
  return sha256(manifest);
}

const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: sha256(bytes), size: bytes.length });

async function pushBlob(registry: Registry, repository: string, blob: Buffer): Promise<void> {
  const begun = await send(registry, `${registry.url}/v2/${repository}/blobs/uploads/`, "POST");
  const upload = new URL(begun.headers.get("location") ?? "", registry.url);
  upload.searchParams.set("digest", sha256(blob));
  await send(registry, upload.href, "PUT", { type: "application/octet-stream", body: blob });
}

async function send(registry: Registry, url: string, method: string, content?: { type: string; body: Buffer }) {
  const headers: Record<string, string> = {};
  if (registry.token) {
    const login = Buffer.from(`${registry.user ?? "kepler"}:${registry.token}`).toString("base64");
    headers.authorization = `Basic ${login}`;
  }
  if (content) headers["content-type"] = content.type;
  const response = await fetch(url, { method, headers, body: content ? new Uint8Array(content.body) : undefined });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}
