import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** An OCI image layout on disk (https://github.com/opencontainers/image-spec/blob/main/image-layout.md): one image for each architecture, below an index called `tag`. */
export async function writeImageLayout(folder: string, tag: string, architectures: string[]): Promise<void> {
  const blobs = join(folder, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const put = async (mediaType: string, content: Buffer | object) => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const hash = createHash("sha256").update(bytes).digest("hex");
    await writeFile(join(blobs, hash), bytes);
    return { mediaType, digest: `sha256:${hash}`, size: bytes.length };
  };
  const manifests = await Promise.all(
    architectures.map(async (architecture) => {
      const files = Buffer.concat([Buffer.alloc(1024), Buffer.from(architecture.padEnd(512, "\0"))]);
      const diffId = `sha256:${createHash("sha256").update(files).digest("hex")}`;
      const config = await put("application/vnd.oci.image.config.v1+json", {
        os: "linux",
        architecture,
        config: { Labels: { made: "by-hand" } },
        rootfs: { type: "layers", diff_ids: [diffId] },
      });
      const layer = await put("application/vnd.oci.image.layer.v1.tar+gzip", gzipSync(files));
      const manifest = await put(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] });
      return { ...manifest, platform: { os: "linux", architecture } };
    }),
  );
  const index = await put(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests });
  const named = { ...index, annotations: { "org.opencontainers.image.ref.name": tag } };
  await writeFile(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
}
