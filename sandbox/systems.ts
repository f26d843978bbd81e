import { join } from "node:path";
import { type Logger } from "pino";
import { startControl } from "./control.ts";
import { type SandboxEnv, type SystemName } from "./env.ts";
import { createEntrance } from "./platform/entrance.ts";
import { Faults, type FaultySystem } from "./platform/faults.ts";
import { type Ports } from "./ports.ts";
import { type PrometheusOptions } from "./prometheus/main.ts";

/** How to reach what runs: the content of sandbox.json. */
export interface Access {
  /** The page and API that put the others out of order. */
  control?: { url: string };
  gitlab?: { url: string; token: string };
  jenkins?: { url: string; user: string; token: string };
  registry?: { url: string; user: string; token: string };
  kubernetes?: { url: string; token: string; namespacedToken: string; readonlyToken: string; kubeconfig: string };
  /** Where visitors of the pods come in, and the two gateways behind that, each by its own address. */
  edge?: { url: string; istioUrl: string; traefikUrl: string };
  prometheus?: { url: string };
  alertmanager?: { url: string };
}

interface Ground {
  home: string;
  ports: Ports;
  logger: Logger;
}

export interface Systems {
  access: Access;
  stop(): Promise<void>;
}

/**
 * Starts the wanted systems at once, but for those that need the registry's address: Jenkins pushes to it and the node
 * pulls from it. Only what is wanted is loaded. When one cannot start, those that did are stopped again.
 */
export async function startSystems(env: SandboxEnv, { home, ports, logger }: Ground): Promise<Systems> {
  const access: Access = {};
  const stops: (() => Promise<void>)[] = [];
  const stop = () => all(stops.splice(0).map((end) => end()));
  const faults = new Faults(Date.now);
  const entrance = (system: FaultySystem | "control") =>
    createEntrance({ system, host: env.KEPLER_SANDBOX_HOST, faults, token: env.KEPLER_SANDBOX_TOKEN });
  const place = (system: SystemName) => ({
    entrance: entrance(system),
    token: env.KEPLER_SANDBOX_TOKEN,
    port: ports[system],
    home: join(home, system),
    logger: logger.child({ system }),
  });
  const ifWanted = (system: SystemName, start: () => Promise<void>) =>
    env.KEPLER_SANDBOX.includes(system) ? start() : Promise.resolve();

  const gitlab = async () => {
    const { startGitlab } = await import("./gitlab/main.ts");
    const { url, token, stop: end } = await startGitlab({ ...place("gitlab"), faults });
    stops.push(end);
    access.gitlab = { url, token };
  };
  const registry = async () => {
    const { startRegistry } = await import("./registry/main.ts");
    const { url, user, token, stop: end } = await startRegistry(place("registry"));
    stops.push(end);
    access.registry = { url, user, token };
  };
  const jenkins = async () => {
    const { startJenkins } = await import("./jenkins/main.ts");
    const options = { ...place("jenkins"), registry: access.registry ?? realRegistry(env) };
    const { url, user, token, stop: end } = await startJenkins(options);
    stops.push(end);
    access.jenkins = { url, user, token };
  };
  const kubernetes = async () => {
    const { startKubernetes } = await import("./kubernetes/main.ts");
    const cluster = await startKubernetes({
      ...place("kubernetes"),
      edgePort: ports.edge,
      istioPort: ports.istio,
      traefikPort: ports.traefik,
      edgeEntrance: entrance("edge"),
      kubeconfigPath: join(env.KEPLER_HOME, "kubeconfig"),
      registry: access.registry ?? realRegistry(env),
      backoffScale: env.KEPLER_SANDBOX_BACKOFF_SCALE,
      containerLogs: { maxBytes: env.KEPLER_SANDBOX_LOG_MAX_BYTES, maxFiles: env.KEPLER_SANDBOX_LOG_MAX_FILES },
    });
    stops.push(() => cluster.stop());
    const { url, token, tokens, kubeconfig, edgeUrl, istioUrl, traefikUrl, metrics } = cluster;
    access.kubernetes = { url, token, namespacedToken: tokens.namespaced, readonlyToken: tokens.readonly, kubeconfig };
    access.edge = { url: edgeUrl, istioUrl, traefikUrl };
    jobs = metrics;
  };
  // It measures what runs in this process, so it starts last; a real cluster has a Prometheus of its own.
  let jobs: PrometheusOptions["jobs"] = new Map();
  const prometheus = async () => {
    const { startPrometheus } = await import("./prometheus/main.ts");
    const { url, stop: end } = await startPrometheus({ ...place("prometheus"), jobs });
    stops.push(end);
    access.prometheus = { url };
  };

  const alertmanager = async () => {
    const { startAlertmanager } = await import("./alertmanager/main.ts");
    const { url, stop: end } = await startAlertmanager(place("alertmanager"));
    stops.push(end);
    access.alertmanager = { url };
  };

  const control = async () => {
    const { url, close } = await startControl({
      faults,
      port: ports.control,
      logger: logger.child({ system: "control" }),
      entrance: entrance("control"),
    });
    stops.push(close);
    access.control = { url };
  };

  try {
    await control();
    await all([ifWanted("gitlab", gitlab), ifWanted("registry", registry), ifWanted("alertmanager", alertmanager)]);
    await all([ifWanted("jenkins", jenkins), ifWanted("kubernetes", kubernetes)]);
    await ifWanted("prometheus", prometheus);
    return { access, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for all to end, also when one fails, and only then fails with the first failure. */
async function all(works: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function realRegistry(env: SandboxEnv): { url: string; user?: string; token?: string } | undefined {
  return env.REGISTRY_URL === undefined
    ? undefined
    : { url: env.REGISTRY_URL, user: env.REGISTRY_USER, token: env.REGISTRY_TOKEN };
}
