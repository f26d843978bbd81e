/**
 * `npm start` (and `npm run dev`): the whole platform on this machine. Starts Postgres, the sandbox for whatever is not
 * configured, worker and web; restarts what dies; stops all of it on SIGINT or SIGTERM.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type ChildSpec,
  type Output,
  type RunningChild,
  runChild,
  startChild,
  stopChild,
  stopRemaining,
  untilSays,
} from "./start/child.ts";
import { startPostgres } from "./start/postgres.ts";
import { sandboxVariables, startSandbox } from "./start/sandbox.ts";
import { readSecrets, type Secrets } from "./start/secrets.ts";
import { freePort, prepareHome, readSettings, requireFreePort, type Settings, StartError } from "./start/settings.ts";
import { type Running, type Supervised, supervise } from "./start/supervise.ts";
import { buildWeb, nextCommand } from "./start/web-build.ts";

const READY_WITHIN_MS = 60_000;
const say = (line: string) => console.log(line);
/** In the order of starting, what is only being started included; stopped the other way round. */
const running: Promise<Supervised>[] = [];
let stopping: Promise<void> | undefined;

function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const each of running.toReversed()) {
      // What did not start has nothing to stop; why it did not is told where it is waited for.
      const supervised = await each.catch(() => undefined);
      await supervised?.stop();
    }
    await stopRemaining();
  })();
  return stopping;
}

async function start(dev: boolean): Promise<void> {
  const settings = readSettings(process.env);
  prepareHome(settings.home);
  await requireFreePort(settings.host, settings.port);
  const secrets = await readSecrets(settings.home);
  const output: Output = { logFolder: dev ? null : join(settings.home, "logs"), say };
  const env = baseEnvironment(settings, secrets);
  const keep = async (name: string, begin: () => Promise<Running>) => {
    if (stopping !== undefined) throw new StartError("it was stopped while it started");
    const supervised = supervise({ name, start: begin, say });
    running.push(supervised);
    await supervised;
  };

  const built = dev ? Promise.resolve() : buildWeb({ ...env, NODE_ENV: "production" }, output);
  const data = async () => {
    if (settings.databaseUrl === null) await keep("Postgres", () => database(settings, secrets));
    await prepareDatabase(settings, secrets, env, output);
  };
  const sandbox = async () => {
    if (settings.sandbox.length > 0) await keep("the sandbox", () => startSandbox(settings, env, output));
  };
  await allOrFirstError(built, [data(), sandbox()]);

  const gateway = process.env.KEPLER_WORKER_LISTEN || `127.0.0.1:${await freePort()}`;
  const full = {
    ...env,
    ...sandboxVariables(settings),
    KEPLER_WORKER_LISTEN: gateway,
    KEPLER_WORKER_URL: process.env.KEPLER_WORKER_URL || `http://${gateway}`,
  };
  const child = (spec: ChildSpec, onStarted?: (child: RunningChild) => void) => async (): Promise<Running> => {
    const started = startChild(spec, output);
    onStarted?.(started);
    return { ended: started.ended, stop: () => stopChild(started) };
  };
  let workerReady: Promise<void> | undefined;
  // Only the first start is waited for: a worker that starts again later finds the environments that this one has made.
  const waitOnce = (worker: RunningChild) => {
    workerReady ??= untilSays(worker, "the worker", '"worker":"ready"');
    // Read below, when web has been started too: until then a failure is nobody's.
    workerReady.catch(() => undefined);
  };
  await keep("the worker", child(workerSpec(full, dev), waitOnce));
  await keep("web", child(webSpec(settings, full, dev)));
  const host = settings.host === "0.0.0.0" ? "127.0.0.1" : settings.host;
  await Promise.all([workerReady, untilAnswers(`http://${host}:${settings.port}/api/health`)]);
  announce(settings, secrets);
}

async function database(settings: Settings, secrets: Secrets): Promise<Running> {
  const data = join(settings.home, "postgres");
  const server = await startPostgres({ data, ...secrets.postgres }).catch((error: unknown) => {
    throw new StartError(error instanceof Error ? error.message : String(error));
  });
  return { ended: server.exited, stop: () => server.stop() };
}

/** What all of our processes share; sandbox addresses come on top. */
function baseEnvironment(settings: Settings, secrets: Secrets): NodeJS.ProcessEnv {
  const { port, password } = secrets.postgres;
  return {
    ...process.env,
    KEPLER_MODE: settings.mode,
    KEPLER_HOME: settings.home,
    KEPLER_URL: settings.url,
    KEPLER_SESSION_SECRET: settings.sessionSecret ?? secrets.sessionSecret,
    KEPLER_ENCRYPTION_KEY: settings.encryptionKey ?? secrets.encryptionKey,
    DATABASE_URL: settings.databaseUrl ?? `postgres://kepler:${password}@127.0.0.1:${port}/postgres`,
    NEXTAUTH_URL: settings.url,
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

async function prepareDatabase(settings: Settings, secrets: Secrets, env: NodeJS.ProcessEnv, output: Output) {
  const seedVariables = {
    KEPLER_SEED_ADMIN: secrets.admin.username,
    KEPLER_SEED_PASSWORD: secrets.admin.password,
    ...(settings.mode === "sandbox" && { KEPLER_SEED_PEOPLE_PASSWORD: secrets.peoplePassword }),
  };
  const args = ["--conditions=react-server", "scripts/start/prepare.ts"];
  await runChild({ name: "prepare", args, env: { ...env, ...seedVariables } }, output).catch((error: unknown) => {
    throw new StartError(error instanceof Error ? error.message : String(error));
  });
}

const workerSpec = (env: NodeJS.ProcessEnv, dev: boolean): ChildSpec => ({
  name: "worker",
  args: [
    ...(dev ? ["--watch", "--watch-preserve-output"] : []),
    ...COLLECT_SOON,
    "--conditions=react-server",
    "worker/main.ts",
  ],
  env,
});

/**
 * The worker keeps nothing of a cluster, but what the watch of a big one brings lives for the length of a transaction, and V8
 * lets such garbage lie: a rush of ten thousand pods left 535 MB behind, of which 80 were in use; with these 305. No limit,
 * only a sooner collection: it costs a sixth more processor time in such a rush, and nothing otherwise.
 */
const COLLECT_SOON = ["--max-semi-space-size=8", "--heap-growing-percent=50"];

const webSpec = (settings: Settings, env: NodeJS.ProcessEnv, dev: boolean): ChildSpec => ({
  name: "web",
  args: [nextCommand(), dev ? "dev" : "start", "-H", settings.host, "-p", String(settings.port)],
  env: { ...env, NODE_ENV: dev ? "development" : "production" },
});

async function untilAnswers(url: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && stopping === undefined) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await new Promise((tick) => setTimeout(tick, 100));
  }
  if (stopping === undefined) throw new StartError("web did not answer in a minute: see logs/web.log in KEPLER_HOME");
}

/** The first failure counts; what the others have begun by then is waited for, so that it can be stopped. */
async function allOrFirstError(build: Promise<void>, services: Promise<void>[]): Promise<void> {
  try {
    await Promise.all([build, ...services]);
  } catch (error) {
    await Promise.allSettled(services);
    throw error;
  }
}

function announce(settings: Settings, secrets: Secrets): void {
  say(`\nKepler is ready after ${(performance.now() / 1000).toFixed(1)} s.\n`);
  say(`  open      ${settings.url}`);
  say(`  sign in   ${secrets.admin.username} / ${secrets.admin.password}`);
  if (settings.mode === "sandbox") say(`  or as     lin, omar, priya, mei, sam / ${secrets.peoplePassword}`);
  say(`  sandbox   ${settings.sandbox.length > 0 ? settings.sandbox.join(", ") : "nothing; all systems are real"}`);
  say(`  logs      ${join(settings.home, "logs")}\n`);
  say("Ctrl-C stops everything.");
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (stopping === undefined) say("Stopping …");
    void stopAll().then(() => process.exit(0));
  });
}

try {
  const { values } = parseArgs({ options: { dev: { type: "boolean", default: false } } });
  await start(values.dev);
} catch (error) {
  // Whatever fails because it was told to stop is no news.
  if (stopping === undefined) {
    const line = error instanceof Error ? error.message : String(error);
    // What a person can act on is one line; a fault of ours shows where it is.
    console.error(error instanceof StartError ? `Kepler did not start: ${line}` : error);
    await stopAll();
    process.exit(1);
  }
}
