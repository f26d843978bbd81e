import { mkdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { type Container, type KeyToPath, type Pod, type Volume } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { ConfigError, configMapData, fieldOf, secretData } from "./environment.ts";

/** Makes a pod's volumes as folders with files in them; called again, it brings ConfigMaps and Secrets up to date. */
export async function writeVolumes(store: Store, pod: Pod, folder: string): Promise<void> {
  for (const volume of pod.spec.volumes ?? []) {
    const target = join(folder, volume.name);
    await mkdir(target, { recursive: true });
    for (const [path, content] of Object.entries(filesOf(store, pod, volume))) {
      const file = join(target, normalize(`/${path}`));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  }
}

type Files = Record<string, string>;

function filesOf(store: Store, pod: Pod, { configMap, secret, downwardAPI, projected }: Volume): Files {
  const namespace = pod.metadata.namespace ?? "default";
  const files: Files = {};
  if (configMap !== undefined)
    Object.assign(files, choose(configMapData(store, namespace, configMap) ?? {}, configMap.items, configMap.optional));
  if (secret !== undefined)
    Object.assign(
      files,
      choose(
        secretData(store, namespace, { name: secret.secretName ?? secret.name, optional: secret.optional }) ?? {},
        secret.items,
        secret.optional,
      ),
    );
  for (const { path, fieldRef } of downwardAPI?.items ?? [])
    if (fieldRef !== undefined) files[path] = fieldOf(pod, fieldRef.fieldPath);
  for (const source of projected?.sources ?? []) Object.assign(files, filesOf(store, pod, { name: "", ...source }));
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

/** Puts each mounted volume where the container expects it, below its own root. */
export async function mountVolumes(pod: Pod, container: Container, volumes: string, rootfs: string): Promise<void> {
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const place = join(rootfs, normalize(`/${mountPath}`));
    const hostPath = pod.spec.volumes?.find((volume) => volume.name === name)?.hostPath?.path;
    const source = join(hostPath ?? join(volumes, name), normalize(`/${subPath ?? ""}`));
    if (subPath !== undefined && (await stat(source).catch(() => undefined)) === undefined)
      await mkdir(source, { recursive: true });
    await mkdir(dirname(place), { recursive: true });
    await rm(place, { recursive: true, force: true });
    await symlink(source, place);
  }
}
