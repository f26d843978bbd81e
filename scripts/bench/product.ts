import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { freePort } from "../start/settings.ts";

const secretsFile = z.object({
  admin: z.object({ username: z.string(), password: z.string() }),
  postgres: z.object({ port: z.number(), password: z.string() }),
});
const sandboxFile = z.object({
  jenkins: z.object({ url: z.string(), user: z.string(), token: z.string() }),
  kubernetes: z.object({ url: z.string(), token: z.string(), kubeconfig: z.string() }),
  edge: z.object({ url: z.string() }),
});

/** On free ports, and with logs that stay one file: whoever follows one that the node rotates reads the newest part alone. */
const SANDBOX = { KEPLER_SANDBOX_PORT_BASE: "0", KEPLER_SANDBOX_LOG_MAX_BYTES: "1000000000" };

/** The whole product as `npm start` runs it, in a home of its own. */
export type Product = z.infer<typeof sandboxFile> & {
  url: string;
  home: string;
  admin: { username: string; password: string };
  databaseUrl: string;
  /** From the command to the line with the address. */
  readyMs: number;
  stop(): Promise<void>;
};

/** Starts it and waits until it says that it is ready; a start that ends before has said why. */
export async function startProduct(home: string): Promise<Product> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    env: { ...process.env, ...SANDBOX, KEPLER_HOME: home, PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await untilPrinted(child, url);
  const readyMs = performance.now() - startedAt;
  const { admin, postgres } = secretsFile.parse(await readJson(join(home, "secrets.json")));
  return {
    ...sandboxFile.parse(await readJson(join(home, "sandbox.json"))),
    url,
    home,
    admin,
    databaseUrl: `postgres://kepler:${postgres.password}@127.0.0.1:${postgres.port}/postgres`,
    readyMs,
    stop: () => stop(child),
  };
}

async function untilPrinted(child: ChildProcess, text: string): Promise<void> {
  let printed = "";
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout?.on("data", (data: Buffer) => {
    printed += data.toString();
    if (printed.includes(text)) resolve();
  });
  child.once("error", reject);
  child.once("exit", (code, signal) => reject(new Error(`the start ended with ${signal ?? code}:\n${printed}`)));
  await promise;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, "utf8"));
