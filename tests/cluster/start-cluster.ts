import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readdir, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { makeIdentities, writeKubeconfig } from "./certificates.ts";
import { API_SERVER } from "./inside/addresses.ts";
import { openDoor } from "./inside/doors.ts";
import { type InsideOptions } from "./inside/options.ts";
import { installIstio } from "./install-istio.ts";

export type Cluster = {
  /** Path of an administrator's kubeconfig. */
  kubeconfig: string;
  /** The node pulls from it by this very name. */
  registryUrl: string;
  /** One of its own version. */
  kubectl: string;
};

const CGROUPS = "/sys/fs/cgroup";
/**
 * New namespaces for process ids, mounts and network, with one process on whose end the kernel clears all three:
 * no process, mount, link or firewall rule can outlive it, however it dies, and no port of the machine is taken.
 */
const INTO_NAMESPACES = [
  "--pdeathsig",
  "KILL",
  "unshare",
  "--pid",
  "--mount",
  "--net",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

type Options = {
  binaries: string;
  /** Folders of Istio's programs and sources; null leaves it out. */
  istio: { binaries: string; sources: string } | null;
  /** The base image must be in the registry, as `baseImage`, before the first pod: it holds each pod's namespaces. */
  pushBase: (registryUrl: string) => Promise<void>;
  baseImage: string;
  /** Told before anything else happens how to undo it all; the returned promise resolves when nothing is left. */
  onBegun(stop: () => Promise<void>): void;
};

/** The state folder's name tells whose it is. */
const PREFIX = "kepler-cluster-";

/** Starts a whole Kubernetes with one node on this machine; needs root and Debian's programs (run.ts names them). */
export async function startCluster({ binaries, istio, pushBase, baseImage, onBegun }: Options): Promise<Cluster> {
  const state = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const cgroup = basename(state);
  const doors: { close(): void }[] = [];
  let inside: ChildProcess | undefined;
  onBegun(async () => {
    for (const door of doors) door.close();
    if (inside) await end(inside);
    await removeTraces(state);
  });
  const run = join(state, "run");
  const pki = join(state, "pki");
  for (const folder of [run, pki]) await mkdir(folder, { recursive: true });
  await Promise.all([makeIdentities(pki, API_SERVER), makeCgroups(cgroup)]);

  const registry = await openDoor({ host: "127.0.0.1", port: 0 }, { path: join(run, "registry.sock") });
  const api = await openDoor({ host: "127.0.0.1", port: 0 }, { path: join(run, "api.sock") });
  doors.push(registry, api);
  const registryUrl = `http://127.0.0.1:${registry.port}`;
  const pauseImage = `127.0.0.1:${registry.port}/${baseImage}`;
  const started = launch({
    state,
    binaries,
    istio: istio?.binaries ?? null,
    cgroup,
    registryPort: registry.port,
    pauseImage,
  });
  inside = started.process;
  await started.said("registry");
  await Promise.all([pushBase(registryUrl), started.said("ready")]);

  const kubeconfig = join(state, "kubeconfig");
  await writeKubeconfig(pki, "admin", `https://127.0.0.1:${api.port}`, kubeconfig);
  const startIstiod = () => void started.process.stdin?.write("istiod\n");
  if (istio) await installIstio({ kubeconfig, ...istio, startIstiod });
  return { kubeconfig, registryUrl, kubectl: join(binaries, "kubectl") };
}

/** What the kernel does not clear away with the namespaces: files and empty cgroups. */
async function removeTraces(state: string): Promise<void> {
  await removeCgroups(basename(state));
  await rm(state, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes what a run that was killed could not. */
export async function sweepDeadClusters(): Promise<void> {
  const states = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const state of states) {
    const owner = Number(state.slice(PREFIX.length).split("-")[0]);
    const isAlive = await access(`/proc/${owner}`).then(
      () => true,
      () => false,
    );
    if (!isAlive) await removeTraces(join(tmpdir(), state));
  }
}

function launch(options: InsideOptions): { process: ChildProcess; said(word: string): Promise<void> } {
  const program = join(import.meta.dirname, "inside", "main.ts");
  const child = spawn("setpriv", [...INTO_NAMESPACES, process.execPath, program, JSON.stringify(options)], {
    // Its standard input ends with us; a group of its own keeps Ctrl-C for us.
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const words = new Set<string>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    words.add(line);
    child.emit("said");
  });
  const said = async (word: string) => {
    while (!words.has(word)) {
      if (!isRunning(child)) throw new Error("the cluster ended while it started; its words are above");
      await Promise.race([once(child, "said"), once(child, "exit")]);
    }
  };
  return { process: child, said };
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** The hierarchies of cgroup v1, or the one of v2. */
async function hierarchies(): Promise<string[]> {
  const entries = await readdir(CGROUPS, { withFileTypes: true });
  const isUnified = entries.some(({ name }) => name === "cgroup.controllers");
  if (isUnified) return [CGROUPS];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(CGROUPS, name));
}

async function makeCgroups(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await mkdir(join(hierarchy, name), { recursive: true });
}

/** Cgroups are removed leaf by leaf once their processes are gone, which the kernel may still be busy with. */
async function removeCgroups(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const path = join(hierarchy, name);
    const below = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
    const folders = below.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
    for (const folder of [path, ...folders].toSorted((a, b) => b.length - a.length)) await removeFolder(folder);
  }
}

async function removeFolder(path: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const failure = await rmdir(path).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    );
    if (failure === undefined || failure.code === "ENOENT") return;
    if (failure.code !== "EBUSY" || Date.now() > deadline) throw failure;
    await new Promise((tick) => setTimeout(tick, 50));
  }
}
