import { homedir } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";

export const SYSTEMS = ["gitlab", "jenkins", "registry", "kubernetes", "prometheus", "alertmanager"] as const;
export type SystemName = (typeof SYSTEMS)[number];

const systems = z
  .string()
  .transform((list) =>
    list
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.enum(SYSTEMS)));

const schema = z.object({
  KEPLER_HOME: z.string().default(".kepler"),
  /** Which systems run here; the others are real ones. */
  KEPLER_SANDBOX: systems.default([...SYSTEMS]),
  /** The control page listens here, gitlab at +1, jenkins +2, registry +3, kubernetes +4, edge +5 (its gateways +6, +7), prometheus +8, alertmanager +9; 0: free ports, chosen once. */
  KEPLER_SANDBOX_PORT_BASE: z.coerce.number().int().min(0).max(65_000).default(7100),
  /** A number below 1 shortens the node's back-offs, for tests. */
  KEPLER_SANDBOX_BACKOFF_SCALE: z.coerce.number().positive().default(1),
  /** When the node rotates containers' logs (a kubelet's containerLogMaxSize, containerLogMaxFiles). */
  KEPLER_SANDBOX_LOG_MAX_BYTES: z.coerce.number().int().positive().optional(),
  KEPLER_SANDBOX_LOG_MAX_FILES: z.coerce.number().int().min(2).optional(),
  /** Beyond loopback only with a token, which every system then wants of whoever comes from another machine. */
  KEPLER_SANDBOX_HOST: z.string().default("127.0.0.1"),
  KEPLER_SANDBOX_TOKEN: z.string().min(20, "needs 20 characters or more").optional(),
  /** The sandbox runs what its pipelines and pods say, as this user: not in production, unless somebody insists. */
  KEPLER_SANDBOX_FORCE: z.stringbool().default(false),
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  /** The neighbours' addresses, when they are real. */
  GITLAB_URL: z.url().optional(),
  REGISTRY_URL: z.url().optional(),
  REGISTRY_USER: z.string().optional(),
  REGISTRY_TOKEN: z.string().optional(),
});

export type SandboxEnv = z.infer<typeof schema>;

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** The sandbox's settings; says in one sentence which variable is wrong. The only reader of the environment in this room. */
export function readEnv(variables: NodeJS.ProcessEnv = process.env): SandboxEnv {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  const env = parsed.data;
  if (env.NODE_ENV === "production" && !env.KEPLER_SANDBOX_FORCE)
    throw new Error(
      "NODE_ENV is production, and the sandbox is no place for it; KEPLER_SANDBOX_FORCE=1 starts it anyway",
    );
  if (!LOOPBACK.includes(env.KEPLER_SANDBOX_HOST) && env.KEPLER_SANDBOX_TOKEN === undefined)
    throw new Error(
      `KEPLER_SANDBOX_HOST is ${env.KEPLER_SANDBOX_HOST}: beyond loopback the sandbox listens only with a KEPLER_SANDBOX_TOKEN`,
    );
  return { ...env, KEPLER_HOME: resolve(env.KEPLER_HOME) };
}

/** The environment of every `git` that a system runs for itself: no user or machine configuration, no prompt. */
export function gitEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    NODE_ENV: process.env.NODE_ENV,
    HOME: homedir(),
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    ...extra,
  };
}

/** What a program that a system starts for a user (a pipeline step, a container) inherits from this process. */
export const inheritedEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env });
