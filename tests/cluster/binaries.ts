import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runCommand } from "#scripts/run-command";

/** Programs of a Go module in a folder beside this file, whose go.mod and go.sum pin it and all that it is built of. */
type Programs = {
  folder: "kubernetes" | "istio";
  module: string;
  packages: string[];
  /** Where the module's version is written into the programs at build time. */
  versionVariables: string[];
};

const KUBERNETES: Programs = {
  folder: "kubernetes",
  module: "k8s.io/kubernetes",
  packages: ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubectl", "kubelet"].map(
    (program) => `k8s.io/kubernetes/cmd/${program}`,
  ),
  versionVariables: ["k8s.io/component-base/version.gitVersion", "k8s.io/client-go/pkg/version.gitVersion"],
};
const ISTIO: Programs = {
  folder: "istio",
  module: "istio.io/istio",
  packages: ["istio.io/istio/pilot/cmd/pilot-discovery", "helm.sh/helm/v4/cmd/helm"],
  versionVariables: ["istio.io/istio/pkg/version.buildVersion"],
};

/** The folder with Kubernetes' own programs. */
export const kubernetesBinaries = (): Promise<string> => build(KUBERNETES);

/** The folder with istiod (`pilot-discovery`) and helm, and that of the module's sources with its charts. */
export async function istioBinaries(): Promise<{ binaries: string; sources: string }> {
  const binaries = await build(ISTIO);
  return { binaries, sources: await ask(ISTIO, "{{.Dir}}") };
}

/**
 * Built once for each content of go.mod and go.sum and kept in the user's cache folder. Throws when Go cannot build them,
 * after its own words.
 */
async function build(programs: Programs): Promise<string> {
  const place = placeOf(programs);
  const pins = await Promise.all(["go.mod", "go.sum"].map((file) => readFile(join(place, file))));
  const key = createHash("sha256").update(Buffer.concat(pins)).digest("hex").slice(0, 16);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kepler", `${programs.folder}-${key}`);
  if (await exists(cache)) return cache;

  const version = await ask(programs, "{{.Version}}");
  console.log(`building ${programs.module} ${version} (some minutes, once)`);
  const unfinished = `${cache}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const stamp = programs.versionVariables.map((variable) => `-X ${variable}=${version}`);
  const { exitCode } = await runCommand(
    "go",
    [
      ...["-C", place, "build", "-mod=readonly", "-trimpath", `-ldflags=-s -w ${stamp.join(" ")}`],
      ...["-o", `${unfinished}/`, ...programs.packages],
    ],
    goEnvironment(),
  );
  if (exitCode !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    throw new Error(`go build of ${programs.module} ${version} ended with ${exitCode}`);
  }
  await rename(unfinished, cache);
  return cache;
}

const placeOf = ({ folder }: Programs): string => join(import.meta.dirname, folder);
const goEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" });

async function ask(programs: Programs, template: string): Promise<string> {
  const list = ["-C", placeOf(programs), "list", "-m", "-f", template, programs.module];
  const { stdout } = await promisify(execFile)("go", list, { env: goEnvironment() });
  return stdout.trim();
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
