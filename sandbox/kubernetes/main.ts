import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Logger } from "pino";
import { certificateIn } from "./api/certificate.ts";
import { Lists } from "./api/list.ts";
import { scaleHandler } from "./api/scale.ts";
import { startApiServer } from "./api/server.ts";
import { namespaces, serviceAccounts } from "./kinds/index.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { Resources } from "./store/resources.ts";
import { Store } from "./store/store.ts";

export type KubernetesOptions = {
  /** 0 chooses free ports. */
  port: number;
  edgePort: number;
  /** Folder for all state; it survives a restart. */
  home: string;
  kubeconfigPath: string;
  registry?: { url: string };
  logger: Logger;
  /** Factor on every wait of the node (probe periods, back-offs, grace periods); tests pass less than 1. */
  backoffScale?: number;
  historyLimit?: number;
  bookmarkEveryMs?: number;
};

export type Kubernetes = {
  /** Plain HTTP on the port that also speaks TLS; the kubeconfig names the latter. */
  url: string;
  token: string;
  edgeUrl: string;
  kubeconfig: string;
  stop(): Promise<void>;
};

/** Starts an API server, its controllers, one node and an edge on loopback. */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { home, logger, kubeconfigPath } = options;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const now = (): Date => new Date();
  const token = tokenIn(home);
  const certificate = certificateIn(home, now());
  const store = new Store(home, options.historyLimit);
  const resources = new Resources(store, now);
  for (const name of ["default", "kube-system", "kube-public"]) ensureNamespace(resources, name);

  const api = {
    resources,
    lists: new Lists(store, now),
    now,
    bookmarkEveryMs: options.bookmarkEveryMs ?? 60_000,
    subresources: new Map([["*/scale", scaleHandler(resources)]]),
  };
  const server = await startApiServer({ api, token, port: options.port, certificate, logger });
  writeKubeconfig(kubeconfigPath, { server: `https://127.0.0.1:${server.port}`, token, authority: certificate.cert });
  return {
    url: `http://127.0.0.1:${server.port}`,
    token,
    edgeUrl: "",
    kubeconfig: kubeconfigPath,
    stop: async () => {
      await server.stop();
      store.close();
    },
  };
}

function tokenIn(home: string): string {
  const path = join(home, "token");
  if (!existsSync(path)) writeFileSync(path, `sandbox-${randomBytes(24).toString("base64url")}`, { mode: 0o600 });
  return readFileSync(path, "utf8");
}

function ensureNamespace(resources: Resources, name: string): void {
  if (resources.store.get(namespaces, undefined, name) === undefined)
    resources.create(namespaces, undefined, { metadata: { name } }, { manager: "kube-apiserver" });
  if (resources.store.get(serviceAccounts, name, "default") === undefined)
    resources.create(serviceAccounts, name, { metadata: { name: "default" } }, { manager: "kube-controller-manager" });
}
