import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWeb, nextCommand } from "#scripts/start/web-build";
import { startChild } from "./child.ts";
import { freePort } from "./kepler.ts";
import { type World } from "./sandbox.ts";
import { waitFor } from "./wait-for.ts";
import { systemVariables } from "./worker.ts";

export type RestartableWeb = {
  url: string;
  /** Is there while web answers, and then holds its pid. */
  pidFile: string;
  restarts(): number;
  /** Kills it; it stays dead until `revive()`. */
  kill(): Promise<void>;
  revive(): Promise<void>;
  stop(): Promise<void>;
};

/** Generous, because many may be starting at once. */
const ANSWERS_WITHIN_MS = 120_000;

type Options = {
  databaseUrl: string;
  home: string;
  world: World<"gitlab" | "jenkins" | "registry" | "kubernetes">;
};

/** The production build that every web of a test runs; `npm start` uses the same, and whoever comes second has it already. */
export const buildWebForTests = (): Promise<void> =>
  buildWeb({ ...process.env, NODE_ENV: "production", NODE_OPTIONS: "" }, { logFolder: tmpdir(), say: () => undefined });

/** `next start` with the worker's systems, started again at once whenever it dies, as `npm start` and Kubernetes do. */
export async function startWeb({ databaseUrl, home, world }: Options): Promise<RestartableWeb> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), "kepler-web-"));
  const pidFile = join(folder, "pid");
  let starts = 0;
  let wanted = true;
  let child: ChildProcess;

  const start = (): void => {
    starts += 1;
    const started = startChild([nextCommand(), "start", "-H", "127.0.0.1", "-p", String(port)], {
      ...systemVariables(world),
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      LOG_LEVEL: "warn",
      KEPLER_MODE: "sandbox",
      KEPLER_HOME: home,
      KEPLER_URL: url,
      NEXTAUTH_URL: url,
      DATABASE_URL: databaseUrl,
    });
    for (const stream of [started.stdout, started.stderr]) stream.resume();
    child = started;
    const { pid } = child;
    child.once("exit", () => {
      rmSync(pidFile, { force: true });
      if (wanted) start();
    });
    void answers().then(
      (alive) => alive && child.pid === pid && writeFileSync(pidFile, String(pid)),
      () => undefined,
    );
  };
  const answers = () =>
    waitFor(
      "web to answer",
      async () => {
        const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(2_000) }).catch(
          () => undefined,
        );
        await response?.body?.cancel();
        return response?.ok;
      },
      ANSWERS_WITHIN_MS,
    );
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    wanted = false;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };

  start();
  await answers();
  return {
    url,
    pidFile,
    restarts: () => starts - 1,
    kill: () => end("SIGKILL"),
    revive: async () => {
      wanted = true;
      start();
      await answers();
    },
    stop: async () => {
      await end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
