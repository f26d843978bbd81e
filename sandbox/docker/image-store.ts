import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";
import { type ImageConfig, imageConfigSchema, type Manifest, manifestSchema, sha256 } from "./image.ts";

const PARTIAL = /\.[0-9a-f]{8}-[0-9a-f-]{27}$/;

export type StoredImage = { manifestDigest: string; manifest: Manifest; config: ImageConfig };

/**
 * The images that this "daemon" knows: blobs by digest, and one small file per name. Every write is a rename, so
 * builds may run side by side and a kill leaves nothing half-written.
 */
export class ImageStore {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  async putBlob(bytes: Buffer): Promise<string> {
    const digest = sha256(bytes);
    await this.#write(this.#blobPath(digest), bytes);
    return digest;
  }

  blob(digest: string): Promise<Buffer> {
    return readFile(this.#blobPath(digest));
  }

  async hasBlob(digest: string): Promise<boolean> {
    return (await readFile(this.#blobPath(digest)).catch(() => undefined)) !== undefined;
  }

  async name(spelling: string, manifestDigest: string): Promise<void> {
    await this.#write(this.#namePath(spelling), Buffer.from(manifestDigest));
  }

  async forget(spelling: string): Promise<void> {
    await rm(this.#namePath(spelling), { force: true });
  }

  async names(): Promise<string[]> {
    const files = (await readdir(join(this.#home, "names")).catch(() => [])).filter((file) => !PARTIAL.test(file));
    return files.map((file) => decodeURIComponent(file)).sort();
  }

  /** The image of a full name (`host/app:tag`) or of an id (`sha256:…` of its manifest). */
  async find(spelling: string): Promise<StoredImage | undefined> {
    const isId = /^sha256:[0-9a-f]{64}$/.test(spelling);
    const digest = isId ? spelling : await readFile(this.#namePath(spelling), "utf8").catch(() => undefined);
    const bytes = digest === undefined ? undefined : await this.blob(digest).catch(() => undefined);
    if (digest === undefined || bytes === undefined) return undefined;
    const manifest = manifestSchema.parse(JSON.parse(bytes.toString()));
    const config = imageConfigSchema.parse(JSON.parse((await this.blob(manifest.config.digest)).toString()));
    return { manifestDigest: digest, manifest, config };
  }

  async require(spelling: string): Promise<StoredImage> {
    const image = await this.find(spelling);
    if (image === undefined) throw new BuildError(`An image does not exist locally with the tag: ${spelling}`);
    return image;
  }

  #blobPath(digest: string): string {
    return join(this.#home, "blobs", digest.replace(":", "/"));
  }

  #namePath(spelling: string): string {
    return join(this.#home, "names", encodeURIComponent(spelling));
  }

  async #write(path: string, bytes: Buffer): Promise<void> {
    await mkdir(join(path, ".."), { recursive: true });
    const partial = `${path}.${randomUUID()}`;
    await writeFile(partial, bytes);
    await rename(partial, path);
  }
}
