import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { startChild } from "./child.ts";

const systems = {
  gitlab: z.object({ url: z.string(), token: z.string() }),
  jenkins: z.object({ url: z.string(), user: z.string(), token: z.string() }),
  registry: z.object({ url: z.string(), user: z.string().optional(), token: z.string().optional() }),
  kubernetes: z.object({ kubeconfig: z.string() }),
  prometheus: z.object({ url: z.string(), token: z.string().optional() }),
};
type Systems = { [Name in keyof typeof systems]: z.infer<(typeof systems)[Name]> };
export type SystemName = keyof Systems;
const edge = z.object({ url: z.string(), istioUrl: z.string(), traefikUrl: z.string() });
export type Edge = z.infer<typeof edge>;

/** How to reach each wanted system; `stop` ends what was started here and nothing else. */
export type World<Name extends SystemName> = Pick<Systems, Name> & {
  /** False when this is a real server that the environment named: then expect no seeded samples. */
  isSandbox(name: SystemName): boolean;
  /** Where visitors of the sandbox's pods come in, and the two gateways behind it; null for a real cluster. */
  edge: Edge | null;
  /** Sets a fault of the sandbox (its rules: sandbox/platform/faults.ts) and gives what lifts it. */
  putOutOfOrder(rule: Record<string, unknown>): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};

const READY_WITHIN_MS = 30_000;

/**
 * The wanted systems: real ones where the environment names them (TEST_GITLAB_URL and TEST_GITLAB_TOKEN, TEST_JENKINS_URL …_USER
 * …_TOKEN, TEST_REGISTRY_URL …_USER …_TOKEN, TEST_PROMETHEUS_URL …_TOKEN, TEST_KUBECONFIG), the sandbox on free ports and in a home of its own otherwise.
 * `home` starts an earlier sandbox again, with its state; `sandboxEnv` are settings of the sandbox (sandbox/env.ts).
 */
export async function startWorld<Name extends SystemName>(
  names: Name[],
  options: { home?: string; sandboxEnv?: Record<string, string> } = {},
): Promise<World<Name>> {
  const real = realSystems();
  const missing = names.filter((name) => !real[name]);
  const sandbox = missing.length > 0 ? await startSandbox(missing, options) : null;
  const found: Partial<Systems> = { ...sandbox?.systems, ...definedOf(real) };
  // Each name is either real or was just started; the shape was parsed by zod on both ways.
  const wanted = Object.fromEntries(names.map((name) => [name, systems[name].parse(found[name])])) as Pick<
    Systems,
    Name
  >;
  return {
    ...wanted,
    isSandbox: (name) => !real[name],
    edge: sandbox?.edge ?? null,
    putOutOfOrder: (rule) => setFault(sandbox?.control, rule),
    stop: async () => sandbox?.stop(),
  };
}

async function setFault(control: string | undefined, rule: Record<string, unknown>): Promise<() => Promise<void>> {
  if (control === undefined) throw new Error("no part of this world is the sandbox");
  const set = await fetch(`${control}/faults`, { method: "POST", body: JSON.stringify(rule) });
  if (set.status !== 201) throw new Error(await set.text());
  const { id } = z.object({ id: z.number() }).parse(await set.json());
  return async () => void (await fetch(`${control}/faults/${id}`, { method: "DELETE" }));
}

const definedOf = (real: Partial<Systems>): Partial<Systems> =>
  Object.fromEntries(Object.entries(real).filter(([, system]) => system !== undefined));

function realSystems(): Partial<Systems> {
  const { env } = process;
  const named = (name: SystemName) => ({
    url: env[`TEST_${name.toUpperCase()}_URL`],
    user: env[`TEST_${name.toUpperCase()}_USER`],
    token: env[`TEST_${name.toUpperCase()}_TOKEN`],
  });
  return {
    gitlab: systems.gitlab.safeParse(named("gitlab")).data,
    jenkins: systems.jenkins.safeParse(named("jenkins")).data,
    registry: systems.registry.safeParse(named("registry")).data,
    prometheus: systems.prometheus.safeParse(named("prometheus")).data,
    kubernetes: systems.kubernetes.safeParse({ kubeconfig: env.TEST_KUBECONFIG }).data,
  };
}

/** `node sandbox/main.ts` as a process of its own, so that it can be killed as hard as a real server. */
async function startSandbox(
  names: SystemName[],
  { home: givenHome, sandboxEnv }: { home?: string; sandboxEnv?: Record<string, string> },
) {
  const home = givenHome ?? (await mkdtemp(join(tmpdir(), "kepler-sandbox-")));
  const child = startChild(["sandbox/main.ts"], {
    KEPLER_HOME: home,
    KEPLER_SANDBOX: names.join(","),
    KEPLER_SANDBOX_PORT_BASE: "0",
    LOG_LEVEL: "warn",
    ...sandboxEnv,
  });
  const said: string[] = [];
  createInterface(child.stderr).on("line", (line) => said.push(line));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await once(child, "exit");
      clearTimeout(hard);
    }
    if (!givenHome) await rm(home, { recursive: true, force: true });
  };

  const ready = Promise.withResolvers<void>();
  createInterface(child.stdout).on("line", (line) => {
    said.push(line);
    if (line.includes('"sandbox":"ready"')) ready.resolve();
  });
  child.once("exit", (code) => ready.reject(new Error(`the sandbox ended with ${code}:\n${said.join("\n")}`)));
  const tooLong = setTimeout(() => ready.reject(new Error(`no sandbox in time:\n${said.join("\n")}`)), READY_WITHIN_MS);
  try {
    await ready.promise;
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(tooLong);
  }
  const written: unknown = JSON.parse(await readFile(join(home, "sandbox.json"), "utf8"));
  const { control, edge: gateways } = z
    .object({ control: z.object({ url: z.string() }), edge: edge.optional() })
    .parse(written);
  return { systems: z.object(systems).partial().parse(written), control: control.url, edge: gateways, stop };
}
