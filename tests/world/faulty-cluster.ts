import { writeFile } from "node:fs/promises";
import type https from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

/**
 * A fault proxy before the cluster of a kubeconfig, and a kubeconfig of one context that leads to it (over plain HTTP:
 * certificates and credentials are the proxy's affair), written to `path`.
 */
export async function startClusterProxy(kubeconfig: string, path: string): Promise<FaultProxy> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`${kubeconfig} names no cluster`);
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const proxy = await startFaultProxy({ url: cluster.server, options });
  const name = config.getCurrentContext();
  const written = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: proxy.url } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  await writeFile(path, JSON.stringify(written), { mode: 0o600 });
  return proxy;
}
