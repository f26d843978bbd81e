import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inheritedEnvironment } from "../env.ts";

/** What of this process's environment a build sees; its own settings and secrets stay out. */
const INHERITED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|GO(PROXY|PATH|CACHE|MODCACHE|FLAGS|SUMDB)|JAVA_HOME|MAVEN_OPTS)$/i;

export type RegistryAccess = { url: string; user?: string; token?: string };

/** The one agent: a folder of this machine, with the sandbox's `docker` first on its PATH. */
export class Agent {
  readonly #home: string;
  readonly #registry: RegistryAccess | undefined;

  constructor(options: { home: string; registry: RegistryAccess | undefined }) {
    this.#home = options.home;
    this.#registry = options.registry;
  }

  /** The workspace of a job; `slot` is above 0 when other builds of the same job run (`shop@2`). */
  workspace(job: string, slot: number): string {
    const name = job.replaceAll("/", "_");
    return join(this.#home, "workspace", slot === 0 ? name : `${name}@${slot + 1}`);
  }

  /** Variables of every shell step in this workspace. */
  async environment(workspace: string): Promise<Record<string, string>> {
    const inherited: Record<string, string> = {};
    for (const [name, value] of Object.entries(inheritedEnvironment())) {
      if (INHERITED.test(name) && value !== undefined) inherited[name] = value;
    }
    const hostPath = inherited["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
    const scratch = `${workspace}@tmp`;
    const local = [inherited["no_proxy"] ?? inherited["NO_PROXY"], "127.0.0.1", "localhost"].filter(Boolean).join(",");
    return {
      ...inherited,
      PATH: [fileURLToPath(new URL("./bin", import.meta.url)), hostPath].join(delimiter),
      no_proxy: local,
      NO_PROXY: local,
      GIT_TERMINAL_PROMPT: "0",
      DOCKER_CONFIG: await this.#dockerConfig(scratch),
      KEPLER_NODE: process.execPath,
      KEPLER_HOST_PATH: hostPath,
      KEPLER_DOCKER_STORE: join(this.#home, "docker"),
      KEPLER_DOCKER_SCRATCH: join(scratch, "docker"),
    };
  }

  /** Each workspace has its own, so that a `docker login` of one build is no other's. */
  async #dockerConfig(scratch: string): Promise<string> {
    const folder = join(scratch, "docker-config");
    const { url, user, token } = this.#registry ?? {};
    const auth =
      user === undefined || token === undefined ? undefined : Buffer.from(`${user}:${token}`).toString("base64");
    const auths = url === undefined || auth === undefined ? {} : { [new URL(url).host]: { auth } };
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths }), { mode: 0o600 });
    return folder;
  }
}
