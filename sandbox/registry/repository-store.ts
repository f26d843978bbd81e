import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { replaceFile } from "../platform/state.ts";

const revisionSchema = z.object({
  mediaType: z.string(),
  subject: z.string().optional(),
  artifactType: z.string().optional(),
});
export type Revision = z.infer<typeof revisionSchema>;

/**
 * What each repository holds, as small files: which tag names which digest, which manifests it has, which blobs it may
 * show. Every change is one rename or one removal, so nothing needs a lock or a repair.
 */
export class RepositoryStore {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  /** Names of all repositories that were ever pushed to, sorted. */
  async repositories(): Promise<string[]> {
    const found: string[] = [];
    const walk = async (folder: string): Promise<void> => {
      const entries = await readdir(join(this.#home, folder), { withFileTypes: true }).catch(() => []);
      if (entries.some((entry) => entry.name === "_manifests")) found.push(folder);
      for (const entry of entries)
        if (entry.isDirectory() && !entry.name.startsWith("_")) await walk(join(folder, entry.name));
    };
    await walk("");
    return found.sort();
  }

  async exists(name: string): Promise<boolean> {
    return (await readdir(join(this.#home, name, "_manifests")).catch(() => undefined)) !== undefined;
  }

  async tags(name: string): Promise<string[]> {
    const files = await readdir(this.#path(name, "_tags")).catch(() => []);
    return files.filter((file) => !/\.[0-9a-f]{8}\.new$/.test(file)).sort();
  }

  async tagged(name: string, tag: string): Promise<string | undefined> {
    return this.#read(this.#path(name, "_tags", tag));
  }

  async tag(name: string, tag: string, digest: string): Promise<void> {
    await this.#write(this.#path(name, "_tags", tag), digest);
  }

  async untag(name: string, tag: string): Promise<boolean> {
    const known = (await this.tagged(name, tag)) !== undefined;
    await rm(this.#path(name, "_tags", tag), { force: true });
    return known;
  }

  async revision(name: string, digest: string): Promise<Revision | undefined> {
    const text = await this.#read(this.#path(name, "_manifests", digest.replace(":", "-")));
    return text === undefined ? undefined : revisionSchema.parse(JSON.parse(text));
  }

  async addRevision(name: string, digest: string, revision: Revision): Promise<void> {
    await this.#write(this.#path(name, "_manifests", digest.replace(":", "-")), JSON.stringify(revision));
  }

  /** Removes a manifest and every tag on it. */
  async removeRevision(name: string, digest: string): Promise<boolean> {
    if ((await this.revision(name, digest)) === undefined) return false;
    for (const tag of await this.tags(name)) if ((await this.tagged(name, tag)) === digest) await this.untag(name, tag);
    await rm(this.#path(name, "_manifests", digest.replace(":", "-")), { force: true });
    return true;
  }

  async revisions(name: string): Promise<(Revision & { digest: string })[]> {
    const files = await readdir(this.#path(name, "_manifests")).catch(() => []);
    const digests = files.filter((file) => /^sha256-[0-9a-f]{64}$/.test(file)).map((file) => file.replace("-", ":"));
    const all = await Promise.all(
      digests.map(async (digest) => ({ digest, revision: await this.revision(name, digest) })),
    );
    return all.flatMap(({ digest, revision }) => (revision === undefined ? [] : [{ digest, ...revision }]));
  }

  /** A blob is readable in a repository only when it was pushed or mounted there. */
  async hasLayer(name: string, digest: string): Promise<boolean> {
    return (await this.#read(this.#path(name, "_layers", digest.replace(":", "-")))) !== undefined;
  }

  async addLayer(name: string, digest: string): Promise<void> {
    const path = this.#path(name, "_layers", digest.replace(":", "-"));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "");
  }

  async removeLayer(name: string, digest: string): Promise<boolean> {
    const known = await this.hasLayer(name, digest);
    await rm(this.#path(name, "_layers", digest.replace(":", "-")), { force: true });
    return known;
  }

  #path(...parts: string[]): string {
    return join(this.#home, ...parts);
  }

  async #read(path: string): Promise<string | undefined> {
    return readFile(path, "utf8").catch(() => undefined);
  }

  async #write(path: string, content: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, content);
  }
}
