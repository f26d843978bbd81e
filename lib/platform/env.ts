import "server-only";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { z } from "zod";

/** Compose files and shells say `VAR=` for "not set". */
const optional = z.preprocess((value) => (value === "" ? undefined : value), z.string().optional());
const url = z
  .url({ protocol: /^https?$/, error: "must be an http(s) address" })
  .transform((value) => value.replace(/\/+$/, ""));
const optionalUrl = z.preprocess((value) => (value === "" ? undefined : value), url.optional());
const optionalPlace = z.preprocess(
  (value) => (value === "" ? undefined : value),
  z
    .string()
    .regex(/^[\w.:[\]-]+:\d{1,5}$/, "must be host:port")
    .optional(),
);
/** What stands in braces is filled in for each service (lib/metrics/grafana-rules.ts). */
const GRAFANA_FIELDS = ["app", "namespace", "environment", "cluster", "from", "to"] as const;
const optionalTemplate = z.preprocess(
  (value) => (value === "" ? undefined : value),
  z
    .string()
    .regex(/^https?:\/\//, "must be an http(s) address")
    .refine(
      (text) => [...text.matchAll(/\{([^}]*)\}/g)].every(([, name]) => GRAFANA_FIELDS.some((field) => field === name)),
      `may have only these in braces: ${GRAFANA_FIELDS.join(", ")}`,
    )
    .optional(),
);
const required = (what: string) => z.string({ error: `is needed: ${what}` }).min(1, `is needed: ${what}`);
const postgresUrl = required("postgres://user:password@host:5432/database").regex(
  /^postgres(ql)?:\/\//,
  "must begin with postgres://",
);
/** One or more addresses with commas between them. What is in them stands in ConfigMaps: no place for a password. */
const elasticsearchHosts = z.preprocess(
  (value) =>
    value === "" || value === undefined
      ? undefined
      : String(value)
          .split(",")
          .map((part) => part.trim()),
  z.array(url.refine((text) => new URL(text).password === "", "must not hold a password")).optional(),
);
/** 32 bytes, base64. Shorter or guessable keys never reach AES. */
const key32 = z
  .string({ error: "is needed: 32 random bytes as base64 (openssl rand -base64 32)" })
  .transform((value) => Buffer.from(value, "base64"))
  .refine((bytes) => bytes.length === 32 && new Set(bytes).size > 8, "must be 32 random bytes as base64");

const MODES = ["sandbox", "production"] as const;
const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const variables = z.object({
  KEPLER_MODE: z.enum(MODES).default("sandbox"),
  KEPLER_HOME: z.string().default(".kepler"),
  KEPLER_URL: url.default("http://127.0.0.1:3000"),
  KEPLER_WORKER_URL: optionalUrl,
  KEPLER_WORKER_LISTEN: optionalPlace,
  KEPLER_SESSION_SECRET: required("at least 32 random characters").min(32, "must have at least 32 characters"),
  KEPLER_ENCRYPTION_KEY: key32,
  KEPLER_ENCRYPTION_OLD_KEYS: optional,
  DATABASE_URL: postgresUrl,
  GITLAB_URL: optionalUrl,
  GITLAB_TOKEN: optional,
  JENKINS_URL: optionalUrl,
  JENKINS_USER: optional,
  JENKINS_TOKEN: optional,
  REGISTRY_URL: optionalUrl,
  REGISTRY_USER: optional,
  REGISTRY_TOKEN: optional,
  KUBECONFIG: optional,
  KUBE_CONTEXT: optional,
  PROMETHEUS_URL: optionalUrl,
  PROMETHEUS_TOKEN: optional,
  GRAFANA_URL: optionalTemplate,
  ELASTICSEARCH_URL: elasticsearchHosts,
  FILEBEAT_IMAGE: z.string().min(1).default("docker.elastic.co/beats/filebeat:9.1.4"),
  KEPLER_KILL_POINTS: optional,
  KEPLER_KILL_PID_FILE: optional,
});

/** An AES-256 key; its id is the head of its own sha256, so that nobody has to invent one. */
export type EncryptionKey = { id: string; bytes: Buffer };

export type Env = {
  mode: (typeof MODES)[number];
  /** Absolute path of the folder that holds the sandbox, kubeconfig and secrets. */
  home: string;
  /** Where people, webhooks and callbacks reach the web process; no slash at the end. */
  url: string;
  /** Where web reaches the workers' terminal gateway, and where this worker's listens; null = there are no terminals. */
  workerUrl: string | null;
  workerListen: { host: string; port: number } | null;
  databaseUrl: string;
  sessionSecret: string;
  /** The first seals, all of them open. */
  encryptionKeys: readonly [EncryptionKey, ...EncryptionKey[]];
  gitlab: { url: string; token: string } | null;
  jenkins: { url: string; user: string; token: string } | null;
  /** Without user and token the registry is read anonymously. `host` is the part before the image's path. */
  registry: { url: string; host: string; user: string | null; token: string | null } | null;
  /** Path of the kubeconfig, and the context to use (null = its current one). */
  kubernetes: { kubeconfig: string; context: string | null } | null;
  /** Without a token it is asked without one. */
  prometheus: { url: string; token: string | null } | null;
  /** Address of a dashboard, with fields in braces; null = there is none. */
  grafanaUrl: string | null;
  /** Where the log collector beside an app sends its lines; null = log files cannot be collected. */
  elasticsearch: { hosts: readonly string[] } | null;
  filebeatImage: string;
  /** Where a test says what to kill and when (worker/kill-point.ts); null in production whatever is set. */
  killPoints: { folder: string; pidFile: string | null } | null;
};

/**
 * Reads and checks a set of environment variables (README, "Connect real systems"; .env.example).
 * Throws `EnvError` whose message has one line for each variable that is missing or wrong, and no value.
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const parsed = variables.safeParse(source);
  if (!parsed.success) {
    throw new EnvError(parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`));
  }
  const vars = parsed.data;
  return {
    mode: vars.KEPLER_MODE,
    home: resolve(vars.KEPLER_HOME),
    url: vars.KEPLER_URL,
    workerUrl: vars.KEPLER_WORKER_URL ?? null,
    workerListen: placeOf(vars.KEPLER_WORKER_LISTEN),
    databaseUrl: vars.DATABASE_URL,
    sessionSecret: vars.KEPLER_SESSION_SECRET,
    encryptionKeys: [encryptionKey(vars.KEPLER_ENCRYPTION_KEY), ...oldKeys(vars.KEPLER_ENCRYPTION_OLD_KEYS)],
    ...systems(vars),
    grafanaUrl: vars.GRAFANA_URL ?? null,
    elasticsearch: vars.ELASTICSEARCH_URL ? { hosts: vars.ELASTICSEARCH_URL } : null,
    filebeatImage: vars.FILEBEAT_IMAGE,
    killPoints:
      vars.KEPLER_MODE === "sandbox" && vars.KEPLER_KILL_POINTS
        ? { folder: vars.KEPLER_KILL_POINTS, pidFile: vars.KEPLER_KILL_PID_FILE ?? null }
        : null,
  };
}

/** A system is configured by its address; what else it then needs is an error, not a surprise at the first call. */
function systems(
  vars: z.infer<typeof variables>,
): Pick<Env, "gitlab" | "jenkins" | "registry" | "kubernetes" | "prometheus"> {
  const missing: string[] = [];
  const need = (name: "GITLAB_TOKEN" | "JENKINS_USER" | "JENKINS_TOKEN", because: string): string => {
    const value = vars[name];
    if (value === undefined) missing.push(`${name} is needed with ${because}`);
    return value ?? "";
  };
  const gitlab = vars.GITLAB_URL ? { url: vars.GITLAB_URL, token: need("GITLAB_TOKEN", "GITLAB_URL") } : null;
  const jenkins = vars.JENKINS_URL
    ? { url: vars.JENKINS_URL, user: need("JENKINS_USER", "JENKINS_URL"), token: need("JENKINS_TOKEN", "JENKINS_URL") }
    : null;
  if (missing.length > 0) throw new EnvError(missing);
  const registry = vars.REGISTRY_URL
    ? {
        url: vars.REGISTRY_URL,
        host: new URL(vars.REGISTRY_URL).host,
        user: vars.REGISTRY_USER ?? null,
        token: vars.REGISTRY_TOKEN ?? null,
      }
    : null;
  const kubernetes = vars.KUBECONFIG ? { kubeconfig: vars.KUBECONFIG, context: vars.KUBE_CONTEXT ?? null } : null;
  const prometheus = vars.PROMETHEUS_URL ? { url: vars.PROMETHEUS_URL, token: vars.PROMETHEUS_TOKEN ?? null } : null;
  return { gitlab, jenkins, registry, kubernetes, prometheus };
}

function placeOf(text: string | undefined): Env["workerListen"] {
  if (text === undefined) return null;
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
}

const encryptionKey = (bytes: Buffer): EncryptionKey => ({
  id: createHash("sha256").update(bytes).digest("hex").slice(0, 8),
  bytes,
});

function oldKeys(list: string | undefined): EncryptionKey[] {
  const keys = (list ?? "").split(",").filter((entry) => entry.trim() !== "");
  return keys.map((entry) => {
    const parsed = key32.safeParse(entry.trim());
    if (!parsed.success)
      throw new EnvError(["KEPLER_ENCRYPTION_OLD_KEYS must be a comma-separated list of 32-byte keys"]);
    return encryptionKey(parsed.data);
  });
}

/** The start cannot go on: `problems` has one sentence for each variable. */
export class EnvError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`Environment: ${problems.join("; ")}`);
    this.name = "EnvError";
    this.problems = problems;
  }
}

let cached: Env | undefined;
/** This process's environment, read at the first call and then kept. Throws `EnvError`. */
export const env = (): Env => (cached ??= parseEnv(process.env));

/** Known before everything else is valid, because the logger must be able to say what is not. */
export const logLevel = (): (typeof LOG_LEVELS)[number] =>
  z.enum(LOG_LEVELS).catch("info").parse(process.env.LOG_LEVEL);
