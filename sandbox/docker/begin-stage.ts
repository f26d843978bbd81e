import { chmod, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";
import { readBasicAuth } from "./credentials-file.ts";
import { type RuntimeConfig } from "./image.ts";
import { parseReference, registryUrl, spell } from "./image-reference.ts";
import { type ImageStore, type StoredImage } from "./image-store.ts";
import { knownBase } from "./known-bases.ts";
import { takeSnapshot } from "./layer.ts";
import { type StageState } from "./stage-state.ts";
import { pullImage } from "./transfer.ts";
import { unpackLayer } from "./unpack-layer.ts";

const BASE_LABEL = "dev.kepler.sandbox.base";
type Ground = { store: ImageStore; credentials: string };

/** Starts a stage on top of an earlier one: its files, layers and configuration, as they are now. */
export async function beginFromStage(parent: StageState, root: string): Promise<StageState> {
  await cp(parent.root, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return {
    ...parent,
    root,
    snapshot: await takeSnapshot(root),
    layers: [...parent.layers],
    history: [...parent.history],
    config: structuredClone(parent.config),
    args: new Map(),
    standIns: [...parent.standIns],
    cmdIsSet: false,
  };
}

/**
 * Starts a stage on an image. One of the sandbox's registry (or of a registry with stored credentials) is really
 * pulled and unpacked; of any other, the configuration is known or empty, and the host's programs stand for its files.
 */
export async function beginFromImage(name: string, root: string, ground: Ground): Promise<StageState> {
  const reference = parseReference(name);
  await mkdir(root, { recursive: true });
  const image = name === "scratch" ? undefined : await findImage(name, ground);
  const known = knownBase([reference.host, reference.repository].filter(Boolean).join("/"));
  for (const folder of known.folders) await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  if (image === undefined) return newStage(root, structuredClone(known.config), name);
  for (const layer of image.manifest.layers) {
    await unpackLayer(root, await ground.store.blob(layer.digest), layer.mediaType.includes("gzip"));
  }
  const config = structuredClone(image.config.config);
  const stage = await newStage(root, config, config.Labels?.[BASE_LABEL] ?? name);
  const diffIds = image.config.rootfs.diff_ids;
  stage.layers = image.manifest.layers.map((descriptor, i) => ({ descriptor, diffId: diffIds[i] ?? "" }));
  stage.history = [...(image.config.history ?? [])];
  return stage;
}

async function newStage(root: string, config: RuntimeConfig, base: string): Promise<StageState> {
  const shell = ["/bin/sh", "-c"];
  const snapshot = await takeSnapshot(root);
  return {
    root,
    snapshot,
    layers: [],
    history: [],
    config,
    args: new Map(),
    shell,
    base,
    standIns: [],
    cmdIsSet: false,
  };
}

async function findImage(name: string, ground: Ground): Promise<StoredImage | undefined> {
  const reference = parseReference(name);
  const { host } = reference;
  if (host === undefined) return ground.store.find(spell(reference));
  const isOurs = registryUrl(host).startsWith("http:") || (await readBasicAuth(ground.credentials, host)) !== undefined;
  if (!isOurs) return ground.store.find(spell(reference));
  const image = (await pullImage(reference, ground)) ?? (await ground.store.find(spell(reference)));
  if (image === undefined) throw new BuildError(`${name}: failed to resolve source metadata for ${name}: not found`);
  return image;
}
