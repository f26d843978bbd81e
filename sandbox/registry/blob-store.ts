import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * Content by its digest, below `home`. A blob appears by a rename of what is wholly written and fsynced, so it is
 * there whole or not at all, however many write it at once and wherever a kill falls.
 */
export class BlobStore {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  async size(digest: string): Promise<number | undefined> {
    return (await stat(this.#path(digest)).catch(() => undefined))?.size;
  }

  /** Bytes `start` to `end`, both included. */
  read(digest: string, range?: { start: number; end: number }): Readable {
    return createReadStream(this.#path(digest), range);
  }

  async put(bytes: Buffer): Promise<string> {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const partial = join(this.#home, `.${randomUUID()}`);
    await mkdir(this.#home, { recursive: true });
    const file = await open(partial, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#adopt(partial, digest);
    return digest;
  }

  /** Takes over a finished upload, when its content is what `digest` says; false leaves the file where it is. */
  async adopt(path: string, digest: string): Promise<boolean> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    if (`sha256:${hash.digest("hex")}` !== digest) return false;
    await this.#adopt(path, digest);
    return true;
  }

  async #adopt(path: string, digest: string): Promise<void> {
    await mkdir(join(this.#path(digest), ".."), { recursive: true });
    await rename(path, this.#path(digest));
  }

  #path(digest: string): string {
    return join(this.#home, digest.replace(":", "/"));
  }
}

/** Uploads under way: one file each, appended to chunk by chunk; they outlive a restart. */
export class UploadStore {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  async begin(): Promise<string> {
    const id = randomUUID();
    await mkdir(this.#home, { recursive: true });
    await (await open(this.path(id), "wx")).close();
    return id;
  }

  async size(id: string): Promise<number | undefined> {
    return (await stat(this.path(id)).catch(() => undefined))?.size;
  }

  /** Appends at `offset` (bytes already there); resolves to the new size. */
  async append(id: string, offset: number, content: Readable): Promise<number> {
    await pipeline(content, createWriteStream(this.path(id), { flags: "r+", start: offset, flush: true }));
    return (await stat(this.path(id))).size;
  }

  async cancel(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  path(id: string): string {
    return join(this.#home, id);
  }
}
