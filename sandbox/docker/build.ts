import { randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addFiles } from "./add-files.ts";
import { beginFromImage, beginFromStage } from "./begin-stage.ts";
import { BuildError } from "./build-error.ts";
import { type BuildGround, type BuildRequest } from "./build-request.ts";
import { configure } from "./configure.ts";
import { type Instruction, type ParsedDockerfile, parseDockerfile, type Stage } from "./dockerfile.ts";
import { writeHostTools } from "./host-tools.ts";
import { type Ignores, parseIgnoreFile } from "./ignore-file.ts";
import { makeLayer, takeSnapshot } from "./layer.ts";
import { type Progress, type StepLog } from "./progress.ts";
import { resolveInRoot } from "./rootfs-path.ts";
import { runStep } from "./run-step.ts";
import { environmentOf, type StageState, workdirOf } from "./stage-state.ts";
import { expandWord } from "./words.ts";
import { writeImage } from "./write-image.ts";

/** Builds an image from a Dockerfile; resolves to its manifest's digest. Throws {@link BuildError}. */
export async function buildImage(request: BuildRequest, ground: BuildGround, progress: Progress): Promise<string> {
  const folder = await makeScratch(ground.scratch);
  try {
    return await new Build(request, ground, progress, folder).run();
  } finally {
    await removeTree(folder);
  }
}

/** Paths of the image are written into shell commands with this folder before them, so it must need no quoting there. */
async function makeScratch(scratch: string): Promise<string> {
  const folder = join(/^[\w./@+-]+$/.test(scratch) ? scratch : tmpdir(), `kepler-build-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

class Build {
  readonly #request: BuildRequest;
  readonly #ground: BuildGround;
  readonly #progress: Progress;
  readonly #folder: string;
  readonly #globals = new Map<string, string>();
  readonly #built = new Map<number, StageState>();
  readonly #images = new Map<string, StageState>();
  #stages: Stage[] = [];
  #ignores: Ignores = () => false;

  constructor(request: BuildRequest, ground: BuildGround, progress: Progress, folder: string) {
    this.#request = request;
    this.#ground = ground;
    this.#progress = progress;
    this.#folder = folder;
  }

  async run(): Promise<string> {
    const parsed = await this.#progress.step("[internal] load build definition from Dockerfile", () => this.#load());
    this.#stages = parsed.stages;
    for (const { text } of parsed.globalArgs) this.#declareGlobal(text);
    await this.#progress.step("[internal] load .dockerignore", () => this.#loadIgnores());
    const { host } = this.#ground;
    await writeHostTools(join(this.#folder, "tools"), {
      node: host.node,
      hostPath: host.path,
      notes: join(this.#folder, "notes"),
    });
    const final = await this.#stage(this.#targetIndex());
    return this.#progress.step("exporting to image", (log) => writeImage(final, this.#request, this.#ground, log));
  }

  async #load(): Promise<ParsedDockerfile> {
    const source = await readFile(this.#request.file, "utf8").catch(() => {
      throw new BuildError("failed to read dockerfile: open Dockerfile: no such file or directory");
    });
    return parseDockerfile(source);
  }

  async #loadIgnores(): Promise<void> {
    const own = await readFile(`${this.#request.file}.dockerignore`, "utf8").catch(() => undefined);
    this.#ignores = parseIgnoreFile(
      own ?? (await readFile(join(this.#request.context, ".dockerignore"), "utf8").catch(() => "")),
    );
  }

  #declareGlobal(text: string): void {
    const [name = "", ...rest] = text.split("=");
    const value = this.#request.buildArgs.get(name) ?? expandWord(rest.join("="), (other) => this.#globals.get(other));
    this.#globals.set(name, value);
  }

  #targetIndex(): number {
    const { target } = this.#request;
    const index = target === undefined ? this.#stages.length - 1 : this.#stageIndex(target, this.#stages.length);
    if (index === undefined) throw new BuildError(`target stage "${target ?? ""}" could not be found`);
    return index;
  }

  #stageIndex(name: string, before: number): number | undefined {
    const found = this.#stages.findIndex((stage) => stage.name === name.toLowerCase() || String(stage.index) === name);
    return found >= 0 && found < before ? found : undefined;
  }

  /** Stages that the target does not need are never built, as with BuildKit. */
  async #stage(index: number): Promise<StageState> {
    const known = this.#built.get(index);
    if (known !== undefined) return known;
    const stage = this.#stages[index];
    if (stage === undefined) throw new BuildError(`no stage ${index}`);
    const base = expandWord(stage.base, (name) => this.#globals.get(name));
    if (base === "") throw new BuildError(`base name (${stage.base}) should not be blank`);
    const parentIndex = this.#stageIndex(base, index);
    const parent = parentIndex === undefined ? undefined : await this.#stage(parentIndex);
    for (const { flags } of stage.instructions) for (const name of flags["from"] ?? []) await this.#from(name, index);
    const root = join(this.#folder, `stage-${index}`);
    const counted = stage.instructions.filter(changesFiles);
    const title = (step: number, text: string) => `[${this.#prefix(stage)}${step}/${counted.length + 1}] ${text}`;
    const state = await this.#progress.step(title(1, `FROM ${base}`), () =>
      parent === undefined ? beginFromImage(base, root, this.#ground) : beginFromStage(parent, root),
    );
    for (const instruction of stage.instructions) {
      const text = `${instruction.keyword} ${instruction.text.replaceAll(/\s*\n\s*/g, " ")}`;
      if (!changesFiles(instruction)) configure(state, instruction, this.#request.buildArgs, this.#globals);
      else
        await this.#progress.step(title(counted.indexOf(instruction) + 2, text), (log) =>
          this.#apply(state, instruction, { stage: index, log }),
        );
      if (instruction.keyword !== "ARG") await this.#commit(state, text, changesFiles(instruction));
    }
    this.#built.set(index, state);
    return state;
  }

  #prefix(stage: Stage): string {
    return this.#stages.length === 1 ? "" : `${stage.name ?? `stage-${stage.index}`} `;
  }

  async #apply(
    state: StageState,
    instruction: Instruction,
    { stage, log }: { stage: number; log: StepLog },
  ): Promise<void> {
    const { context } = this.#request;
    if (instruction.keyword === "WORKDIR") {
      configure(state, instruction, this.#request.buildArgs, this.#globals);
      await mkdir(await resolveInRoot(state.root, workdirOf(state)), { recursive: true });
    } else if (instruction.keyword === "RUN") {
      await this.#run(state, instruction, log);
    } else {
      await addFiles(
        state,
        instruction,
        { context, ignores: this.#ignores, from: (name) => this.#from(name, stage) },
        log,
      );
    }
  }

  async #run(state: StageState, instruction: Instruction, log: StepLog): Promise<void> {
    const notes = join(this.#folder, "notes");
    await rm(notes, { force: true });
    await runStep({
      text: instruction.text,
      root: state.root,
      workdir: workdirOf(state),
      shell: state.shell,
      env: environmentOf(state),
      tools: join(this.#folder, "tools"),
      host: this.#ground.host,
      onOutput: (chunk) => log.write(chunk),
    });
    const lines = (await readFile(notes, "utf8").catch(() => "")).split("\n").filter(Boolean);
    state.standIns.push(...lines.filter((line) => !state.standIns.includes(line)));
  }

  /** What `COPY --from` names: a stage before this one, else an image. */
  async #from(name: string, before: number): Promise<StageState> {
    const index = this.#stageIndex(name, before);
    if (index !== undefined) return this.#stage(index);
    const known = this.#images.get(name);
    if (known !== undefined) return known;
    const image = await beginFromImage(name, join(this.#folder, `image-${this.#images.size}`), this.#ground);
    if (image.layers.length === 0) image.standIns.push(`the files of ${name} are not on this machine`);
    this.#images.set(name, image);
    return image;
  }

  async #commit(state: StageState, text: string, mayChangeFiles: boolean): Promise<void> {
    const created = this.#ground.now().toISOString();
    const after = mayChangeFiles ? await takeSnapshot(state.root) : state.snapshot;
    const layer = mayChangeFiles ? await makeLayer(state.root, state.snapshot, after) : undefined;
    state.snapshot = after;
    if (layer !== undefined) {
      await this.#ground.store.putBlob(layer.bytes);
      state.layers.push({ descriptor: layer.descriptor, diffId: layer.diffId });
    }
    state.history.push({ created, created_by: text, ...(layer === undefined ? { empty_layer: true } : {}) });
  }
}

function changesFiles(instruction: Instruction): boolean {
  return ["RUN", "COPY", "ADD", "WORKDIR"].includes(instruction.keyword);
}

/** Some tools (Go's module cache) leave folders without write permission; those are opened first. */
async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    await openFolders(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await openFolders(join(folder, entry.name));
}
