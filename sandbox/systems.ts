import { join } from "node:path";
import { type Logger } from "pino";
import { type SandboxEnv, type SystemName } from "./env.ts";
import { type Ports } from "./ports.ts";

/** How to reach what runs: the content of sandbox.json. */
export interface Access {
  gitlab?: { url: string; token: string };
  jenkins?: { url: string; user: string; token: string };
  registry?: { url: string; user: string; token: string };
  kubernetes?: { url: string; token: string; kubeconfig: string };
  edge?: { url: string };
}

interface Ground {
  home: string;
  ports: Ports;
  logger: Logger;
}

export interface Systems {
  access: Access;
  /** Stops all, the last started first. */
  stop(): Promise<void>;
}

/**
 * Starts the wanted systems, each after those it calls: Jenkins pushes to the registry and clones from GitLab, the node
 * pulls from the registry. Only what is wanted is loaded. When one cannot start, those that did are stopped again.
 */
export async function startSystems(env: SandboxEnv, { home, ports, logger }: Ground): Promise<Systems> {
  const access: Access = {};
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  const place = (system: SystemName) => ({
    port: ports[system],
    home: join(home, system),
    logger: logger.child({ system }),
  });
  const wants = (system: SystemName) => env.KEPLER_SANDBOX.includes(system);

  try {
    if (wants("gitlab")) {
      const { startGitlab } = await import("./gitlab/main.ts");
      const { url, token, stop: end } = await startGitlab(place("gitlab"));
      stops.push(end);
      access.gitlab = { url, token };
    }
    if (wants("registry")) {
      const { startRegistry } = await import("./registry/main.ts");
      const { url, user, token, stop: end } = await startRegistry(place("registry"));
      stops.push(end);
      access.registry = { url, user, token };
    }
    const registry = access.registry ?? realRegistry(env);
    if (wants("jenkins")) {
      const { startJenkins } = await import("./jenkins/main.ts");
      const { url, user, token, stop: end } = await startJenkins({ ...place("jenkins"), registry });
      stops.push(end);
      access.jenkins = { url, user, token };
    }
    if (wants("kubernetes")) {
      const { startKubernetes } = await import("./kubernetes/main.ts");
      const kubeconfigPath = join(env.KEPLER_HOME, "kubeconfig");
      const options = { ...place("kubernetes"), edgePort: ports.edge, kubeconfigPath, registry };
      const {
        url,
        token,
        edgeUrl,
        kubeconfig,
        stop: end,
      } = await startKubernetes({
        ...options,
        backoffScale: env.KEPLER_SANDBOX_BACKOFF_SCALE,
      });
      stops.push(end);
      access.kubernetes = { url, token, kubeconfig };
      access.edge = { url: edgeUrl };
    }
    return { access, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function realRegistry(env: SandboxEnv): { url: string; user?: string; token?: string } | undefined {
  return env.REGISTRY_URL === undefined
    ? undefined
    : { url: env.REGISTRY_URL, user: env.REGISTRY_USER, token: env.REGISTRY_TOKEN };
}
