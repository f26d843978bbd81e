import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Logger } from "pino";
import { writeBasicAuth } from "../docker/credentials-file.ts";
import { type Entrance, openEntrance } from "../platform/entrance.ts";
import { kubeStateOf } from "../prometheus/kube-state.ts";
import { type Collect } from "../prometheus/metrics.ts";
import { admin, namespacedUser, readonlyUser } from "./api/access.ts";
import { certificateIn } from "./api/certificate.ts";
import { evictionHandler } from "./api/eviction.ts";
import { Lists } from "./api/list.ts";
import { logHandler } from "./api/log.ts";
import { measuredBy } from "./api/metrics.ts";
import { scaleHandler } from "./api/scale.ts";
import { startApiServer } from "./api/server.ts";
import { forgetOldEvents } from "./controllers/event-recorder.ts";
import { controllersOf } from "./controllers/index.ts";
import { ensureStorage } from "./controllers/volumes.ts";
import { runControllers } from "./controllers/work-queue.ts";
import { section } from "./json.ts";
import { customResourceDefinitions, definitions } from "./kinds/definitions.ts";
import { namespaces, pods } from "./kinds/index.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { startEdge } from "./network/edge.ts";
import { startExternalProxy } from "./network/external-proxy.ts";
import { publishGateways } from "./network/gateway-services.ts";
import { networkView } from "./network/network-view.ts";
import { startServiceProxy } from "./network/service-proxy.ts";
import { Telemetry } from "./network/telemetry.ts";
import { collectCadvisor } from "./node/cadvisor.ts";
import { DEFAULT_LOG_POLICY, type LogPolicy } from "./node/log-rotation.ts";
import { startNode } from "./node/node.ts";
import { podAddresses } from "./node/pod-addresses.ts";
import { attachToContainer, execInContainer, upgradeRequired } from "./node/remote-command.ts";
import { startRuntime } from "./node/runtime.ts";
import { Resources } from "./store/resources.ts";
import { Store } from "./store/store.ts";

export type KubernetesOptions = {
  /** 0 chooses free ports. */
  port: number;
  edgePort: number;
  istioPort?: number;
  traefikPort?: number;
  /** The admin's token; one of its own by default. */
  token?: string;
  /** Where the API server and the edge listen, and what comes through; loopback and everything by default. */
  entrance?: Entrance;
  edgeEntrance?: Entrance;
  /** Folder for all state; it survives a restart. */
  home: string;
  kubeconfigPath: string;
  /** The registry that images come from; user and token only where pulling needs them. */
  registry?: { url: string; user?: string; token?: string };
  logger: Logger;
  /** Factor on every wait of the node (probe periods, back-offs, grace periods); tests pass less than 1. */
  backoffScale?: number;
  /** When containers' logs are rotated: a kubelet's defaults, its looks as far apart as `backoffScale` says. */
  containerLogs?: Partial<Pick<LogPolicy, "maxBytes" | "maxFiles">>;
  /** PATH of the containers' programs, after the folder of this Node.js. */
  hostPath?: string;
  historyLimit?: number;
  bookmarkEveryMs?: number;
};

/** The namespace of the namespaced account, and that kubectl starts in. */
const NAMESPACE = "default";
const HOST_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export type Kubernetes = {
  /** Plain HTTP on the port that also speaks TLS; the kubeconfig names the latter. */
  url: string;
  token: string;
  /** Of those with fewer rights: everything in the namespace `default`, and reading everywhere. */
  tokens: { namespaced: string; readonly: string };
  /** Where a visitor comes in, and the two gateways behind that. */
  edgeUrl: string;
  istioUrl: string;
  traefikUrl: string;
  /** What Prometheus may scrape, by job. */
  metrics: ReadonlyMap<string, Collect>;
  kubeconfig: string;
  stop(): Promise<void>;
};

/** Starts an API server, its controllers, one node and an edge on loopback. */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { home, logger, kubeconfigPath } = options;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const now = (): Date => new Date();
  const token = options.token ?? tokenIn(home, "token");
  const tokens = { namespaced: tokenIn(home, "token-namespaced"), readonly: tokenIn(home, "token-readonly") };
  const certificate = certificateIn(home, now());
  const store = new Store(home, options.historyLimit);
  const resources = new Resources(store, now);
  for (const name of ["default", "kube-system", "kube-public"]) ensureNamespace(resources, name);
  ensureStorage(resources);
  ensureDefinitions(resources);

  const { registry } = options;
  if (registry?.token !== undefined) {
    const basic = Buffer.from(`${registry.user ?? ""}:${registry.token}`).toString("base64");
    await writeBasicAuth(join(home, "node", "images", "credentials"), new URL(registry.url).host, basic);
  }
  const address = podAddresses(store);
  const scale = options.backoffScale ?? 1;
  const node = startNode(resources, {
    home: join(home, "node"),
    hostPath: options.hostPath ?? HOST_PATH,
    scale,
    logs: {
      maxBytes: options.containerLogs?.maxBytes ?? DEFAULT_LOG_POLICY.maxBytes,
      maxFiles: options.containerLogs?.maxFiles ?? DEFAULT_LOG_POLICY.maxFiles,
      lookEveryMs: DEFAULT_LOG_POLICY.lookEveryMs * scale,
    },
    logger,
    address,
  });
  const runtime = startRuntime(resources, node, join(home, "node", "virtual"));
  const { usage } = runtime;
  const controllers = controllersOf(resources, { address, volumes: join(home, "volumes"), scale, usage });
  const stopControllers = runControllers(store, controllers, logger);
  const telemetry = new Telemetry();
  const clock = { now: () => performance.now(), random: Math.random };
  const stage = { view: networkView(store), telemetry, logger, clock };
  const proxy = startServiceProxy(store, stage);
  const outside = startExternalProxy(store, stage);
  const { edgePort, istioPort = 0, traefikPort = 0 } = options;
  const edge = await startEdge(
    stage,
    { edge: edgePort, istio: istioPort, traefik: traefikPort },
    options.edgeEntrance ?? openEntrance,
  );
  publishGateways(resources, edge.ports);
  const housekeeping = setInterval(() => forgetOldEvents(resources), 300_000).unref();
  const subresources = new Map([
    ["*/scale", scaleHandler(resources)],
    ["pods/log", logHandler(resources, runtime, now)],
    ["pods/eviction", evictionHandler(resources)],
    ["pods/exec", upgradeRequired],
    ["pods/attach", upgradeRequired],
  ]);
  const connects = new Map([
    ["pods/exec", execInContainer(resources, runtime)],
    ["pods/attach", attachToContainer(resources, runtime)],
  ]);
  const api = {
    resources,
    lists: new Lists(store, now),
    now,
    bookmarkEveryMs: options.bookmarkEveryMs ?? 60_000,
    subresources,
    measured: measuredBy(runtime.usage, store),
  };
  const server = await startApiServer({
    api,
    connects,
    users: [
      { token, user: admin },
      { token: tokens.namespaced, user: namespacedUser(NAMESPACE) },
      { token: tokens.readonly, user: readonlyUser },
    ],
    port: options.port,
    entrance: options.entrance ?? openEntrance,
    certificate,
    logger,
  });
  const account = (context: string, user: string, own: string) => ({ context, user, token: own, namespace: NAMESPACE });
  writeKubeconfig(kubeconfigPath, {
    server: `https://127.0.0.1:${server.port}`,
    authority: certificate.cert,
    accounts: [
      account("sandbox", "sandbox-admin", token),
      account("sandbox-namespaced", "sandbox-namespaced", tokens.namespaced),
      account("sandbox-readonly", "sandbox-readonly", tokens.readonly),
    ],
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    token,
    tokens,
    edgeUrl: `http://127.0.0.1:${edge.ports.edge}`,
    istioUrl: `http://127.0.0.1:${edge.ports.istio}`,
    traefikUrl: `http://127.0.0.1:${edge.ports.traefik}`,
    metrics: new Map([
      ["istio", telemetry.collectIstio],
      ["traefik", telemetry.collectTraefik],
      ["cadvisor", collectCadvisor(runtime.usage, () => telemetry.networkOf(store.list(pods)))],
      ["kube-state-metrics", kubeStateOf(store)],
    ]),
    kubeconfig: kubeconfigPath,
    stop: async () => {
      clearInterval(housekeeping);
      await server.stop();
      await edge.stop();
      proxy.stop();
      outside.stop();
      stopControllers();
      await runtime.stop();
      store.close();
    },
  };
}

function tokenIn(home: string, name: string): string {
  const path = join(home, name);
  if (!existsSync(path)) writeFileSync(path, `sandbox-${randomBytes(24).toString("base64url")}`, { mode: 0o600 });
  return readFileSync(path, "utf8");
}

function ensureDefinitions(resources: Resources): void {
  const known = new Set(resources.store.list(customResourceDefinitions).map(({ metadata }) => metadata.name));
  const writer = { manager: "kube-apiserver" };
  for (const definition of definitions()) {
    const name = String(section(definition, "metadata").name);
    if (known.has(name)) continue;
    const made = resources.create(customResourceDefinitions, undefined, definition, writer);
    resources.modify(customResourceDefinitions, made, (draft) => (draft.status = definition.status), {
      ...writer,
      subresource: "status",
    });
  }
}

function ensureNamespace(resources: Resources, name: string): void {
  if (resources.store.get(namespaces, undefined, name) === undefined)
    resources.create(namespaces, undefined, { metadata: { name } }, { manager: "kube-apiserver" });
}
