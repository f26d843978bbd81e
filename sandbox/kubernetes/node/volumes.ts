import { cp, mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { folderOf } from "../controllers/volumes.ts";
import { same } from "../json.ts";
import { persistentVolumeClaims, persistentVolumes } from "../kinds/index.ts";
import { type Container, type KeyToPath, type Pod, type Volume } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { ConfigError, configMapData, expand, fieldOf, resourceOf, secretData } from "./environment.ts";

type Files = Record<string, string>;

/** Makes a pod's volumes as folders with files in them; called again, it brings ConfigMaps and Secrets up to date. */
export async function writeVolumes(
  { store, now }: { store: Store; now: () => Date },
  pod: Pod,
  folder: string,
): Promise<void> {
  const mounted = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].flatMap(
    ({ volumeMounts }) => volumeMounts?.map(({ name }) => name) ?? [],
  );
  // Nobody waits for a volume that no container mounts.
  for (const volume of (pod.spec.volumes ?? []).filter(({ name }) => mounted.includes(name))) {
    const target = join(folder, volume.name);
    await mkdir(target, { recursive: true });
    await checkHostPath(volume);
    const files = filesFor(store, pod, volume);
    if (files !== undefined) await publish(files, target, now());
  }
}

/** A path of the node that must be there already (`hostPath.type`), in the kubelet's words. */
async function checkHostPath({ name, hostPath }: Volume): Promise<void> {
  if (hostPath?.type !== "Directory") return;
  const found = await stat(hostPath.path).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const problem = new ConfigError(`hostPath type check failed: ${hostPath.path} is not a directory`);
  problem.about = name;
  throw problem;
}

function filesFor(store: Store, pod: Pod, volume: Volume): Files | undefined {
  try {
    return filesOf(store, pod, volume);
  } catch (error) {
    if (error instanceof ConfigError) error.about = volume.name;
    throw error;
  }
}

/**
 * Puts a volume's files in place all at once, as the kubelet does (its AtomicWriter): they lie in a folder named for
 * the time, `..data` leads there, and each file's name leads through `..data`. A program sees all old or all new.
 */
async function publish(files: Files, target: string, now: Date): Promise<void> {
  const data = join(target, "..data");
  const before = await readlink(data).catch(() => undefined);
  if (before !== undefined && same(await filesIn(join(target, before)), files)) return;
  const stamp = `..${now.toISOString().replace(/[-:TZ]/g, "_")}${process.hrtime.bigint() % 1_000_000n}`;
  for (const [path, content] of Object.entries(files)) {
    const file = join(target, stamp, normalize(`/${path}`));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await mkdir(join(target, stamp), { recursive: true });
  await symlink(stamp, `${data}_tmp`);
  await rename(`${data}_tmp`, data);
  const names = new Set(Object.keys(files).map((path) => normalize(`/${path}`).split("/")[1] ?? ""));
  for (const name of names)
    await symlink(join("..data", name), join(target, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  for (const name of await readdir(target))
    if (!names.has(name) && name !== "..data" && name !== stamp) await rm(join(target, name), { recursive: true });
}

async function filesIn(folder: string): Promise<Files> {
  const paths = await readdir(folder, { recursive: true, withFileTypes: true });
  const read = paths
    .filter((each) => each.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), await readFile(path, "utf8")] as const;
    });
  return Object.fromEntries(await Promise.all(read));
}

/** The files that a volume's source gives, or undefined for one that programs write to themselves. */
function filesOf(store: Store, pod: Pod, { configMap, secret, downwardAPI, projected }: Volume): Files | undefined {
  const namespace = pod.metadata.namespace ?? "default";
  if (configMap !== undefined)
    return choose(configMapData(store, namespace, configMap) ?? {}, configMap.items, configMap.optional);
  if (secret !== undefined) {
    const named = { name: secret.secretName ?? secret.name, optional: secret.optional };
    return choose(secretData(store, namespace, named) ?? {}, secret.items, secret.optional);
  }
  if (downwardAPI !== undefined)
    return Object.fromEntries(
      (downwardAPI.items ?? []).flatMap(({ path, fieldRef, resourceFieldRef }) => {
        if (fieldRef !== undefined) return [[path, fieldOf(pod, fieldRef.fieldPath)]];
        return resourceFieldRef === undefined ? [] : [[path, resourceOf(pod, undefined, resourceFieldRef)]];
      }),
    );
  if (projected === undefined) return undefined;
  const files: Files = {};
  for (const source of projected.sources) Object.assign(files, filesOf(store, pod, { name: "", ...source }));
  return files;
}

function choose(data: Files, items: KeyToPath[] | undefined, optional: boolean | undefined): Files {
  if (items === undefined) return data;
  return Object.fromEntries(
    items.flatMap(({ key, path }) => {
      const value = data[key];
      if (value === undefined && optional !== true) throw new ConfigError(`references non-existent config key: ${key}`);
      return value === undefined ? [] : [[path, value]];
    }),
  );
}

type Mounting = { volumes: string; rootfs: string; variables: Record<string, string> };

/** Puts each mounted volume where the container expects it, below its own root. */
export async function mountVolumes(store: Store, pod: Pod, container: Container, mounting: Mounting): Promise<void> {
  const { volumes, rootfs, variables } = mounting;
  for (const { name, mountPath, subPath, subPathExpr } of container.volumeMounts ?? []) {
    const place = join(rootfs, normalize(`/${mountPath}`));
    const volume = pod.spec.volumes?.find((each) => each.name === name);
    const sub = subPathExpr === undefined ? subPath : expand(subPathExpr, variables);
    const source = join(outsideOf(store, pod, volume) ?? join(volumes, name), normalize(`/${sub ?? ""}`));
    if ((await stat(source).catch(() => undefined)) === undefined) await mkdir(source, { recursive: true });
    await mkdir(dirname(place), { recursive: true });
    await rm(place, { recursive: true, force: true });
    // A sub-path of published files is bound once: later versions of them do not reach the container.
    const isPublished = volume?.configMap ?? volume?.secret ?? volume?.downwardAPI ?? volume?.projected;
    if (sub !== undefined && isPublished !== undefined) await cp(source, place, { recursive: true, dereference: true });
    else await symlink(source, place);
  }
}

/** The folder of a volume that outlives the pod. */
function outsideOf(store: Store, pod: Pod, volume: Volume | undefined): string | undefined {
  if (volume?.persistentVolumeClaim === undefined) return volume?.hostPath?.path;
  const { claimName } = volume.persistentVolumeClaim;
  const claim = store.get(persistentVolumeClaims, pod.metadata.namespace, claimName);
  const bound = store.get(persistentVolumes, undefined, claim?.spec.volumeName ?? "");
  const path = bound && folderOf(bound.spec);
  if (path === undefined) throw new ConfigError(`persistentvolumeclaim "${claimName}" has no folder on this node`);
  return path;
}
