import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { startChild } from "./child.ts";
import { type World } from "./sandbox.ts";

export type RunningWorker = {
  /** How often it had to be started again. */
  restarts(): number;
  pid(): number | undefined;
  output(): string;
  stop(): Promise<void>;
};

type Options = {
  home: string;
  databaseUrl: string;
  world: World<"gitlab" | "jenkins" | "registry" | "kubernetes">;
  env?: Record<string, string>;
};

/** Where GitLab and Jenkins would reach this Kepler: nobody listens there, so every callback is a lost one. */
export const NOBODY = "http://127.0.0.1:9";

/** The worker process against a sandbox, started again at once whenever it dies, as `npm start` and Kubernetes do. */
export function startWorker({ home, databaseUrl, world, env = {} }: Options): RunningWorker {
  const said: string[] = [];
  let starts = 0;
  let stopping = false;
  let child: ChildProcess;

  const start = (): ChildProcess => {
    starts += 1;
    const started = startChild(["--conditions=react-server", "worker/main.ts"], {
      ...systemVariables(world),
      KEPLER_MODE: "sandbox",
      KEPLER_HOME: home,
      KEPLER_URL: NOBODY,
      DATABASE_URL: databaseUrl,
      ...env,
    });
    started.stdout.on("data", (data: Buffer) => said.push(data.toString()));
    started.stderr.on("data", (data: Buffer) => said.push(data.toString()));
    started.once("exit", () => {
      if (!stopping) child = start();
    });
    return started;
  };
  child = start();

  return {
    restarts: () => starts - 1,
    pid: () => child.pid,
    output: () => said.join(""),
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await once(child, "exit");
      clearTimeout(hard);
    },
  };
}

/** What names these systems to a process of the product. */
export const systemVariables = (world: Options["world"]): Record<string, string> => ({
  GITLAB_URL: world.gitlab.url,
  GITLAB_TOKEN: world.gitlab.token,
  JENKINS_URL: world.jenkins.url,
  JENKINS_USER: world.jenkins.user,
  JENKINS_TOKEN: world.jenkins.token,
  REGISTRY_URL: world.registry.url,
  REGISTRY_USER: world.registry.user ?? "",
  REGISTRY_TOKEN: world.registry.token ?? "",
  KUBECONFIG: world.kubernetes.kubeconfig,
});
