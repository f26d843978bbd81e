/**
 * `npm run test:cluster`: our suites against a real Kubernetes, and a journey in the browser. KUBECONFIG may name any
 * disposable cluster (then TEST_REGISTRY_URL names a registry that its nodes pull from by the same host, plain HTTP allowed);
 * without it one is brought up on this machine and taken away again.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { BASE_IMAGE, pushBaseImage } from "./base-image.ts";
import { istioBinaries, kubernetesBinaries } from "./binaries.ts";
import { type Cluster, startCluster } from "./start-cluster.ts";
import { runVitest } from "#scripts/run-vitest";

const FILES = [
  "tests/contract/clients/kubernetes.test.ts",
  "tests/contract/clients/kubernetes-logs.test.ts",
  "tests/contract/clients/kubernetes-pods.test.ts",
  "tests/contract/clients/istio.test.ts",
  "tests/contract/clients/registry.test.ts",
  "tests/integration/clusters/",
  "tests/integration/releases/reconcile.test.ts",
  "tests/integration/releases/follow-pod-logs.test.ts",
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

type Target = { kubeconfig: string; registryUrl: string; kubectl?: string; stop(): Promise<void> };

async function target(): Promise<Target> {
  const { KUBECONFIG: kubeconfig, TEST_REGISTRY_URL: registryUrl } = process.env;
  if (!kubeconfig) return ownCluster();
  if (!registryUrl)
    throw new Refusal("with KUBECONFIG, TEST_REGISTRY_URL must name a registry that its nodes pull from");
  await pushBaseImage(registryUrl);
  return { kubeconfig, registryUrl, stop: async () => undefined };
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
  const cluster = await startCluster({ binaries, istio, baseImage: BASE_IMAGE, pushBase: pushBaseImage });
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
  const cluster = await target();
  stopWhenInterrupted(cluster);
  const kubernetes = createKubernetes({ kubeconfig: cluster.kubeconfig, fieldManager: "kepler-test" });
  const here = (name: string) => ({ ...KINDS.namespace, name });
  try {
    for (const name of NAMESPACES) {
      if (await kubernetes.get(here(name)))
        throw new Refusal(`the cluster has a namespace ${name} already: is it disposable?`);
    }
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
  } finally {
    for (const name of NAMESPACES) await kubernetes.delete(here(name)).catch(() => undefined);
    kubernetes.close();
    await cluster.stop();
  }
}

/** The first signal takes the cluster away, and with it every test that still runs. */
function stopWhenInterrupted(cluster: Target): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void cluster.stop().finally(() => process.exit(130));
    });
  }
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Refusal ? `test:cluster: ${error.message}` : error);
  process.exit(1);
}
