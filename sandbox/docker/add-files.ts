import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { BuildError } from "./build-error.ts";
import { type CopyRequest, copyFiles } from "./copy-files.ts";
import { heredocs, type Instruction, jsonForm } from "./dockerfile.ts";
import { type Ignores } from "./ignore-file.ts";
import { type StepLog } from "./progress.ts";
import { resolveInRoot } from "./rootfs-path.ts";
import { lookupIn, type StageState, workdirOf } from "./stage-state.ts";
import { unpackLayer } from "./unpack-layer.ts";
import { expandWord, splitWords } from "./words.ts";

export type Sources = {
  context: string;
  ignores: Ignores;
  /** The files that `--from` names: an earlier stage, or another image. */
  from: (name: string) => Promise<{ root: string; standIns: string[] }>;
};

/** Carries out COPY and ADD. */
export async function addFiles(
  stage: StageState,
  instruction: Instruction,
  sources: Sources,
  log: StepLog,
): Promise<void> {
  const { command, bodies } = heredocs(instruction.text);
  const lookup = lookupIn(stage);
  const words = jsonForm(instruction.text) ?? splitWords(command);
  const paths = words.map((word) => expandWord(word, lookup));
  const destination = paths.pop();
  if (destination === undefined || paths.length === 0) {
    throw new BuildError(
      `dockerfile parse error on line ${instruction.line}: ${instruction.keyword} requires at least two arguments`,
    );
  }
  if (bodies.length > 0) {
    for (const { name, body } of bodies) await writeInto(stage, destination, name, body);
    return;
  }
  const request = await requestFor(stage, instruction, sources, { paths, destination });
  request.standInFor &&= (path) =>
    log.write(`sandbox: ${path} was not really built (${stage.standIns.join("; ")}); an empty file stands for it\n`);
  const { local, archives, remote } =
    instruction.keyword === "ADD" ? sortSources(paths) : { local: paths, archives: [], remote: [] };
  for (const url of remote) {
    log.write(`sandbox: ${url} is not downloaded; an empty file stands for it\n`);
    await writeInto(stage, destination, basename(new URL(url).pathname), "");
  }
  for (const archive of archives) {
    const folder = await resolveInRoot(stage.root, posix.resolve(workdirOf(stage), destination));
    await mkdir(folder, { recursive: true });
    await unpackLayer(
      folder,
      await readFile(join(sources.context, posix.normalize(`/${archive}`))),
      !archive.endsWith(".tar"),
    );
  }
  if (local.length > 0) await copyFiles({ ...request, sources: local });
}

async function requestFor(
  stage: StageState,
  instruction: Instruction,
  sources: Sources,
  names: { paths: string[]; destination: string },
): Promise<CopyRequest> {
  const from = instruction.flags["from"]?.[0];
  const mode = instruction.flags["chmod"]?.[0];
  const base = {
    to: { root: stage.root, workdir: workdirOf(stage) },
    sources: names.paths,
    destination: names.destination,
    mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
  };
  if (from === undefined) {
    return {
      ...base,
      from: { root: sources.context, ignores: sources.ignores, kind: "context" },
      standInFor: undefined,
    };
  }
  const source = await sources.from(expandWord(from, lookupIn(stage)));
  for (const reason of source.standIns) if (!stage.standIns.includes(reason)) stage.standIns.push(reason);
  return {
    ...base,
    from: { root: source.root, ignores: () => false, kind: "image" },
    standInFor: source.standIns.length > 0 ? () => undefined : undefined,
  };
}

function sortSources(paths: string[]): { local: string[]; archives: string[]; remote: string[] } {
  const isRemote = (path: string) => /^https?:\/\//.test(path);
  const isArchive = (path: string) => /\.(tar|tar\.gz|tgz)$/.test(path);
  return {
    remote: paths.filter(isRemote),
    archives: paths.filter((path) => !isRemote(path) && isArchive(path)),
    local: paths.filter((path) => !isRemote(path) && !isArchive(path)),
  };
}

async function writeInto(stage: StageState, destination: string, name: string, content: string): Promise<void> {
  const path = posix.resolve(workdirOf(stage), destination.endsWith("/") ? posix.join(destination, name) : destination);
  const file = await resolveInRoot(stage.root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
