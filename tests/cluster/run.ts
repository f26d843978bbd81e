/**
 * `npm run test:cluster`: our suites against a real Kubernetes, and a journey in the browser. KUBECONFIG may name any
 * disposable cluster (then TEST_REGISTRY_URL names a registry that its nodes pull from by the same host, plain HTTP allowed);
 * without it one is brought up on this machine and taken away again.
 *   --hold   no tests: says how to reach the cluster and keeps it until Ctrl-C
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { runVitest } from "#scripts/run-vitest";
import { BASE_IMAGE, pushBaseImage } from "./base-image.ts";
import { istioBinaries, kubernetesBinaries } from "./binaries.ts";
import { type Cluster, startCluster, sweepDeadClusters } from "./start-cluster.ts";

const FILES = [
  "tests/contract/clients/kubernetes.test.ts",
  "tests/contract/clients/kubernetes-apply.test.ts",
  "tests/contract/clients/kubernetes-exec.test.ts",
  "tests/contract/clients/kubernetes-logs.test.ts",
  "tests/contract/clients/kubernetes-pods.test.ts",
  "tests/contract/clients/kubernetes-eviction.test.ts",
  "tests/contract/clients/istio.test.ts",
  "tests/contract/clients/registry.test.ts",
  // Not several-clusters.test.ts: it needs an account of the sandbox that may see one namespace alone.
  "tests/integration/clusters/churn.test.ts",
  "tests/integration/clusters/watch-cluster.test.ts",
  "tests/integration/diagnosis/provoked-faults.test.ts",
  "tests/integration/releases/reconcile.test.ts",
  "tests/integration/releases/scaling.test.ts",
  "tests/integration/releases/stateful.test.ts",
  "tests/integration/logs/follow-pods.test.ts",
  "tests/cluster/",
];
/** What Kepler makes for its first environments (lib/clusters/bootstrap-clusters.ts); each test has a name of its own below. */
const NAMESPACES = ["kepler-dev", "kepler-test", "kepler-prod"];

/** Debian's names for what the cluster's own programs need. */
const PROGRAMS: Record<string, string> = {
  go: "golang",
  etcd: "etcd-server",
  containerd: "containerd",
  runc: "runc",
  "docker-registry": "docker-registry",
  busybox: "busybox-static",
  iptables: "iptables",
  ip: "iproute2",
  openssl: "openssl",
};

type Target = { kubeconfig: string; registryUrl: string; kubectl?: string };

/** What has to be undone, last first, however the run ends. */
const undo: (() => Promise<void>)[] = [];

async function target(): Promise<Target> {
  const { KUBECONFIG: kubeconfig, TEST_REGISTRY_URL: registryUrl } = process.env;
  if (!kubeconfig) return ownCluster();
  if (!registryUrl)
    throw new Refusal("with KUBECONFIG, TEST_REGISTRY_URL must name a registry that its nodes pull from");
  await pushBaseImage(registryUrl);
  return { kubeconfig, registryUrl };
}

async function ownCluster(): Promise<Cluster> {
  if (process.getuid?.() !== 0) throw new Refusal("bringing up a cluster needs root; or set KUBECONFIG");
  const missing = Object.keys(PROGRAMS).filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    throw new Refusal(
      `needs ${missing.map((name) => `${name} (Debian: ${PROGRAMS[name]})`).join(", ")}; or set KUBECONFIG`,
    );
  }
  const startedAt = performance.now();
  const binaries = await kubernetesBinaries();
  const istio = await istioBinaries().catch((error: unknown) => {
    console.error(`without Istio, whose tests are skipped: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  });
  const builtAt = performance.now();
  await sweepDeadClusters();
  const onBegun = (stop: () => Promise<void>) => void undo.push(stop);
  const cluster = await startCluster({ binaries, istio, baseImage: BASE_IMAGE, pushBase: pushBaseImage, onBegun });
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(0);
  console.log(
    `Kubernetes: programs after ${seconds(startedAt, builtAt)} s, cluster ${seconds(builtAt, performance.now())} s later`,
  );
  return cluster;
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Something that a person must do first: one line, no stack. */
class Refusal extends Error {}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { hold: { type: "boolean", default: false } } });
  const cluster = await target();
  if (values.hold) {
    console.log(`KUBECONFIG=${cluster.kubeconfig} TEST_REGISTRY_URL=${cluster.registryUrl}`);
    return new Promise(() => setInterval(() => undefined, 60_000));
  }
  await claimNamespaces(cluster.kubeconfig);
  const env = {
    ...process.env,
    TEST_KUBECONFIG: cluster.kubeconfig,
    TEST_REGISTRY_URL: cluster.registryUrl,
    TEST_BASE_IMAGE: BASE_IMAGE,
    ...(cluster.kubectl ? { TEST_KUBECTL: cluster.kubectl } : {}),
  };
  const { passed, failed, skipped } = await runVitest(["contract", "integration", "cluster"], { files: FILES, env });
  console.log(`\ncluster: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** Throws when the namespaces are there already; otherwise they are ours, and removed in the end. */
async function claimNamespaces(kubeconfig: string): Promise<void> {
  const kubernetes = createKubernetes({ kubeconfig, fieldManager: "kepler-test" });
  const here = (name: string) => ({ ...KINDS.namespace, name });
  for (const name of NAMESPACES) {
    if (await kubernetes.get(here(name))) {
      throw new Refusal(`the cluster has a namespace ${name} already: is it disposable?`);
    }
  }
  undo.push(async () => {
    for (const name of NAMESPACES) await kubernetes.delete(here(name)).catch(() => undefined);
    kubernetes.close();
  });
}

/** Once, whoever asks first: the end of the run or a signal. */
let undone: Promise<void> | undefined;
const undoAll = (): Promise<void> =>
  (undone ??= (async () => {
    for (const step of undo.toReversed()) await step();
  })());

// The tests get the signal too (run-command.ts) and end; what they stand on goes at the same time.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void undoAll().finally(() => process.exit(130)));
}

let exitCode = 1;
try {
  exitCode = await main();
} catch (error) {
  console.error(error instanceof Refusal ? `test:cluster: ${error.message}` : error);
}
await undoAll();
process.exit(exitCode);
