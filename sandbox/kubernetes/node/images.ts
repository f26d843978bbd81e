import { cp, mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type RuntimeConfig } from "../../docker/image.ts";
import { parseReference, spell } from "../../docker/image-reference.ts";
import { ImageStore, type StoredImage } from "../../docker/image-store.ts";
import { pullImage } from "../../docker/transfer.ts";
import { unpackLayer } from "../../docker/unpack-layer.ts";

export type NodeImage = { config: RuntimeConfig; imageId: string; rootfs: string };
const NOT_AUTHORISED =
  "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed";

/** Images that no registry here has and that run as stand-ins: what they would start, and where they listen. */
const BUILT_IN: [name: RegExp, config: RuntimeConfig][] = [
  [
    /^docker\.io\/istio\/proxyv2[:@]/,
    { Entrypoint: ["/usr/local/bin/pilot-agent"], ExposedPorts: { "15021/tcp": {}, "15090/tcp": {} } },
  ],
];
const builtIn = (image: string): RuntimeConfig | undefined => BUILT_IN.find(([name]) => name.test(image))?.[1];

/** The kubelet's sentence about a name that no registry can have; undefined for one that can be asked for. */
export function nameProblem(image: string): string | undefined {
  try {
    parseReference(image);
    return undefined;
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(`: ${image}`, "");
    return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${why}`;
  }
}

export type PullPolicy = "Always" | "IfNotPresent" | "Never";

/** The node's images: pulled over the registry protocol, unpacked once, copied for every container. */
export class NodeImages {
  readonly #store: ImageStore;
  readonly #home: string;
  readonly #unpacking = new Map<string, Promise<void>>();

  constructor(home: string) {
    this.#home = home;
    this.#store = new ImageStore(join(home, "store"));
  }

  /** Whether a container with this policy would have to ask the registry. */
  async mustPull(image: string, policy: PullPolicy): Promise<boolean> {
    if (builtIn(image) !== undefined) return false;
    if (policy === "Always") return true;
    return (await this.#store.find(spell(parseReference(image)))) === undefined && policy !== "Never";
  }

  /** Pulls an image and gives its size in bytes. Throws with the sentence that the runtime would give. */
  async pull(image: string): Promise<number> {
    const reference = parseReference(image);
    const where = reference.host === undefined ? `docker.io/library/${image}` : image;
    if (reference.host === undefined)
      throw new Error(
        `failed to pull and unpack image "${where}": the sandbox's node pulls from registries on this machine only`,
      );
    const unpacking = `failed to pull and unpack image "${where}"`;
    const resolving = `${unpacking}: failed to resolve reference "${where}"`;
    const ground = { store: this.#store, credentials: join(this.#home, "credentials") };
    const pulled = await pullImage(reference, ground).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      if (why.startsWith("no match for platform")) throw new Error(`${unpacking}: ${why}`, { cause: error });
      throw new Error(`${resolving}: ${why.startsWith("denied:") ? NOT_AUTHORISED : why}`, { cause: error });
    });
    if (pulled === undefined) throw new Error(`${resolving}: ${where}: not found`);
    return pulled.manifest.layers.reduce((total, { size }) => total + size, 0);
  }

  /** An image that is there: its configuration, its files, and its id as `repository@digest`. */
  async open(image: string): Promise<NodeImage | undefined> {
    const known = builtIn(image);
    if (known !== undefined) {
      const empty = join(this.#home, "rootfs", "empty");
      await mkdir(empty, { recursive: true });
      return { config: known, imageId: image, rootfs: empty };
    }
    const reference = parseReference(image);
    const stored = await this.#store.find(spell(reference));
    if (stored === undefined) return undefined;
    const rootfs = join(this.#home, "rootfs", stored.manifestDigest.replace(":", "-"));
    await this.#unpackOnce(stored, rootfs);
    const repository =
      reference.host === undefined ? reference.repository : `${reference.host}/${reference.repository}`;
    return {
      config: stored.config.config,
      imageId: `${repository}@${reference.digest ?? stored.manifestDigest}`,
      rootfs,
    };
  }

  async #unpackOnce(stored: StoredImage, rootfs: string): Promise<void> {
    const running = this.#unpacking.get(rootfs) ?? this.#unpack(stored, rootfs);
    this.#unpacking.set(rootfs, running);
    await running.finally(() => this.#unpacking.delete(rootfs));
  }

  async #unpack(stored: StoredImage, rootfs: string): Promise<void> {
    if ((await stat(rootfs).catch(() => undefined)) !== undefined) return;
    const partial = `${rootfs}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    for (const layer of stored.manifest.layers)
      await unpackLayer(partial, await this.#store.blob(layer.digest), layer.mediaType.includes("gzip"));
    await rename(partial, rootfs);
  }
}

/** A container's own copy of an image's files, fresh at every start. */
export async function copyRootfs(image: NodeImage, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await cp(image.rootfs, target, { recursive: true, verbatimSymlinks: true });
  await mkdir(join(target, "tmp"), { recursive: true });
}
