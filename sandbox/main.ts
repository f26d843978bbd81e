import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { readEnv } from "./env.ts";
import { replaceFile } from "./platform/state.ts";
import { choosePorts } from "./ports.ts";
import { type Systems, startSystems } from "./systems.ts";

/**
 * The outside world on this machine. Starts the wanted systems, writes their addresses and tokens to sandbox.json (and a
 * kubeconfig), says so in one JSON line on stdout, and stops them on SIGTERM or SIGINT. Its log goes to stderr.
 */
async function main(): Promise<void> {
  const env = readEnv();
  const logger = pino({ level: env.LOG_LEVEL, base: null }, pino.destination(2));
  const home = join(env.KEPLER_HOME, "sandbox");
  await mkdir(env.KEPLER_HOME, { recursive: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  const ports = await choosePorts(env.KEPLER_SANDBOX_PORT_BASE, home, logger);
  const starting = startSystems(env, { home, ports, logger });
  stopOnSignal(starting, logger);

  const { access } = await starting;
  await replaceFile(join(env.KEPLER_HOME, "sandbox.json"), `${JSON.stringify(access, undefined, 2)}\n`);
  const urls = Object.entries(access).map(([name, { url }]) => [name, url]);
  process.stdout.write(`${JSON.stringify({ sandbox: "ready", ...Object.fromEntries(urls) })}\n`);
}

/** A signal during the start takes effect when everything has started, so that nothing half-begun is left behind. */
function stopOnSignal(starting: Promise<Systems>, logger: Logger): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      starting
        .then((systems) => systems.stop())
        .then(
          () => process.exit(0),
          (err: unknown) => {
            logger.error({ err }, "the sandbox did not stop cleanly");
            process.exit(1);
          },
        );
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`sandbox: ${sentenceOf(error)}\n`);
  process.exit(1);
});

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const taken = "code" in error && error.code === "EADDRINUSE" && "port" in error;
  return taken ? `port ${error.port} is in use; choose others with KEPLER_SANDBOX_PORT_BASE` : error.message;
}
