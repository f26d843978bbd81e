import { chmod, copyFile, lstat, mkdir, readdir, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { BuildError } from "./build-error.ts";
import { type Ignores, pathPattern } from "./ignore-file.ts";
import { resolveInRoot } from "./rootfs-path.ts";

export type CopyRequest = {
  /** Where sources are looked up: the build context, or the root of another stage or image. */
  from: { root: string; ignores: Ignores; kind: "context" | "image" };
  to: { root: string; workdir: string };
  sources: string[];
  destination: string;
  /** `--chmod`, octal. */
  mode: number | undefined;
  /** An absent source becomes an empty file, and its path is told here (the stage could not really be compiled). */
  standInFor: ((path: string) => void) | undefined;
};

/** COPY's rules: https://docs.docker.com/reference/dockerfile/#copy. Throws {@link BuildError} for a source that is not there. */
export async function copyFiles(request: CopyRequest): Promise<void> {
  const { from, to, destination } = request;
  const target = posix.resolve(to.workdir, destination);
  const found = (await Promise.all(request.sources.map((source) => findSources(request, source)))).flat();
  const intoFolder = destination.endsWith("/") || destination === "." || found.length > 1;
  for (const source of found) {
    const stats = source.absent ? undefined : await stat(source.path);
    if (stats?.isDirectory() === true) {
      await copyFolder(request, source.path, source.name, target);
      continue;
    }
    const isFolder =
      intoFolder || (await stat(await resolveInRoot(to.root, target)).catch(() => undefined))?.isDirectory() === true;
    const file = await prepareFile(to.root, isFolder ? posix.join(target, basename(source.name)) : target);
    if (stats === undefined) {
      await writeFile(file, "");
      request.standInFor?.(source.name);
    } else await copyEntry(source.path, file, request.mode);
  }
  if (found.length === 0)
    throw new BuildError(`no source files were specified: ${request.sources.join(" ")} (${from.kind})`);
}

type Source = { path: string; name: string; absent: boolean };

async function findSources({ from, standInFor }: CopyRequest, source: string): Promise<Source[]> {
  const name =
    posix
      .normalize(source)
      .replace(/^(\.\.?\/|\/)+/, "")
      .replace(/\/$/, "") || ".";
  const names = /[*?[]/.test(name) ? await glob(from.root, name, from.ignores) : [name];
  if (names.length === 0 && standInFor) return [{ path: "", name: name.replaceAll("*", "artefact"), absent: true }];
  const sources: Source[] = [];
  for (const each of names) {
    const path = from.kind === "image" ? await resolveInRoot(from.root, each) : join(from.root, each);
    const exists = (await lstat(path).catch(() => undefined)) !== undefined && !(each !== "." && from.ignores(each));
    if (!exists && standInFor === undefined) {
      throw new BuildError(`failed to compute cache key: "/${each}": not found`);
    }
    sources.push({ path, name: each, absent: !exists });
  }
  return sources;
}

async function glob(root: string, pattern: string, ignores: Ignores): Promise<string[]> {
  const expression = pathPattern(pattern);
  const depth = pattern.split("/").length;
  const below = async (folder: string, level: number): Promise<string[]> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    const nested = entries.map(async (entry) => {
      const path = posix.join(folder, entry.name);
      if (level === depth) return expression.test(path) && !ignores(path) ? [path] : [];
      return entry.isDirectory() ? below(path, level + 1) : [];
    });
    return (await Promise.all(nested)).flat();
  };
  return (await below("", 1)).sort();
}

/** Ignored folders are entered too, for a later `!` line may take back what is inside; they are made only for that. */
async function copyFolder(request: CopyRequest, hostPath: string, name: string, target: string): Promise<void> {
  const { ignores } = request.from;
  if (name === "." || !ignores(name)) await mkdir(await resolveInRoot(request.to.root, target), { recursive: true });
  for (const entry of await readdir(hostPath, { withFileTypes: true })) {
    const path = name === "." ? entry.name : posix.join(name, entry.name);
    const from = join(hostPath, entry.name);
    const to = posix.join(target, entry.name);
    if (entry.isDirectory()) await copyFolder(request, from, path, to);
    else if (!ignores(path)) await copyEntry(from, await prepareFile(request.to.root, to), request.mode);
  }
}

async function prepareFile(root: string, imagePath: string): Promise<string> {
  const path = await resolveInRoot(root, imagePath);
  await mkdir(join(path, ".."), { recursive: true });
  return path;
}

async function copyEntry(source: string, target: string, mode: number | undefined): Promise<void> {
  const stats = await lstat(source);
  await rm(target, { force: true });
  if (stats.isSymbolicLink()) {
    await symlink(await readlink(source), target);
    return;
  }
  if (!stats.isFile()) return; // Sockets and pipes are no part of an image.
  await copyFile(source, target);
  await chmod(target, mode ?? stats.mode & 0o777);
}
