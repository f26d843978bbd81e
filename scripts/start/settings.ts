import { accessSync, constants, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";

/** Ends the start with one line that says what to do; anything else that is thrown is a fault of ours. */
export class StartError extends Error {}

/** What makes each system a real one; without it the sandbox plays it. */
const CONFIGURED_BY = {
  gitlab: "GITLAB_URL",
  jenkins: "JENKINS_URL",
  registry: "REGISTRY_URL",
  kubernetes: "KUBECONFIG",
  prometheus: "PROMETHEUS_URL",
  alertmanager: "ALERTMANAGER_URL",
} as const;
export type SystemName = keyof typeof CONFIGURED_BY;
const SYSTEMS = z.enum(["gitlab", "jenkins", "registry", "kubernetes", "prometheus", "alertmanager"]).options;

const emptyIsUnset = (value: unknown) => (value === "" ? undefined : value);
const optional = z.preprocess(emptyIsUnset, z.string().optional());
const variables = z.object({
  KEPLER_MODE: z.preprocess(emptyIsUnset, z.enum(["sandbox", "production"]).default("sandbox")),
  KEPLER_HOME: z.preprocess(emptyIsUnset, z.string().default(".kepler")),
  HOST: z.preprocess(emptyIsUnset, z.string().default("127.0.0.1")),
  PORT: z.preprocess(emptyIsUnset, z.coerce.number<unknown>().int().min(1).max(65_535).default(3000)),
  KEPLER_URL: optional,
  KEPLER_SANDBOX: z.string().optional(),
  DATABASE_URL: optional,
  KEPLER_SESSION_SECRET: optional,
  KEPLER_ENCRYPTION_KEY: optional,
});

export type Settings = {
  mode: "sandbox" | "production";
  home: string;
  host: string;
  port: number;
  /** Where people open it. */
  url: string;
  /** Null = the Postgres that came with `npm ci`. */
  databaseUrl: string | null;
  sessionSecret: string | null;
  encryptionKey: string | null;
  /** The systems that the sandbox plays. */
  sandbox: SystemName[];
};

/** Reads what the start itself decides on. Throws `StartError` with a line that names the variable. */
export function readSettings(source: NodeJS.ProcessEnv): Settings {
  const parsed = variables.safeParse(source);
  if (!parsed.success) {
    throw new StartError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  }
  const vars = parsed.data;
  const settings: Settings = {
    mode: vars.KEPLER_MODE,
    home: resolve(vars.KEPLER_HOME),
    host: vars.HOST,
    port: vars.PORT,
    url: (vars.KEPLER_URL ?? `http://${isWildcard(vars.HOST) ? "127.0.0.1" : vars.HOST}:${vars.PORT}`).replace(
      /\/+$/,
      "",
    ),
    databaseUrl: vars.DATABASE_URL ?? null,
    sessionSecret: vars.KEPLER_SESSION_SECRET ?? null,
    encryptionKey: vars.KEPLER_ENCRYPTION_KEY ?? null,
    sandbox: vars.KEPLER_MODE === "production" ? [] : sandboxSystems(source, vars.KEPLER_SANDBOX),
  };
  if (settings.mode === "production") requireProduction(settings);
  return settings;
}

const isWildcard = (host: string) => host === "0.0.0.0" || host === "::";

/** What is configured is real. `KEPLER_SANDBOX` narrows the rest ("gitlab,registry"); "none" plays nothing. */
function sandboxSystems(source: NodeJS.ProcessEnv, wanted: string | undefined): SystemName[] {
  const list = wanted
    ?.split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = list?.find((name) => name !== "none" && !SYSTEMS.some((system) => system === name));
  if (unknown !== undefined) {
    throw new StartError(`KEPLER_SANDBOX: there is no system "${unknown}" (${SYSTEMS.join(", ")} or none)`);
  }
  return SYSTEMS.filter((system) => !source[CONFIGURED_BY[system]] && (list === undefined || list.includes(system)));
}

function requireProduction(settings: Settings): void {
  const missing = [
    settings.databaseUrl === null && "DATABASE_URL",
    settings.sessionSecret === null && "KEPLER_SESSION_SECRET",
    settings.encryptionKey === null && "KEPLER_ENCRYPTION_KEY",
  ].filter((name) => name !== false);
  if (missing.length > 0) {
    throw new StartError(`KEPLER_MODE=production needs ${missing.join(", ")} (see .env.example)`);
  }
}

/** Makes the home if need be; throws `StartError` when it cannot be written to. */
export function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
  } catch {
    throw new StartError(`cannot write to ${home}: set KEPLER_HOME to a folder that is yours`);
  }
}

/** Throws `StartError` when something listens there already. */
export function requireFreePort(host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is in use" : `cannot be used (${error.code ?? error.message})`;
      fail(new StartError(`port ${port} on ${host} ${why}: stop the other program, or set PORT to a free one`));
    });
    server.listen(port, host, () => server.close(() => done()));
  });
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? done(address.port) : fail(new Error("no port"))));
    });
  });
}
