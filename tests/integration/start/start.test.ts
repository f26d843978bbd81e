import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "#tests/world/kepler";
import { waitFor } from "#tests/world/wait-for";
import { buildWebForTests } from "#tests/world/web";

/** How long it really takes is a figure of `npm run bench`. */
const READY_WITHIN_MS = 90_000;
const STOPS_WITHIN_MS = 30_000;

let folder: string;
let outside: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kepler-start-"));
  outside = leftOutside();
  await buildWebForTests();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Folders of ours that are in nobody's home. */
const leftOutside = () => readdirSync("/var/tmp").filter((name) => name.startsWith("kepler-"));

type Started = { child: ChildProcess; said: () => string };

async function start(home: string): Promise<Started> {
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: "test", KEPLER_HOME: home, KEPLER_SANDBOX_PORT_BASE: "0" },
      PORT: String(await freePort()),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data: Buffer) => (text += data.toString()));
  return { child, said: () => text };
}

const isReady = ({ child, said }: Started): Promise<boolean> =>
  waitFor(
    "the ready line",
    () => {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${said()}`);
      return said().includes("Kepler is ready");
    },
    READY_WITHIN_MS,
  );

/** Every process that was given this home, or works in it. */
function processesOf(home: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const given = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      return given.includes(`KEPLER_HOME=${home}`) || readlinkSync(`/proc/${pid}/cwd`).startsWith(home);
    } catch {
      return false;
    }
  });
}

async function endsCleanly({ child, said }: Started, home: string, signal: "SIGINT" | "SIGTERM"): Promise<void> {
  const late = setTimeout(() => child.kill("SIGKILL"), STOPS_WITHIN_MS);
  const ended = once(child, "exit");
  child.kill(signal);
  expect(await ended, said()).toEqual([0, null]);
  clearTimeout(late);
  expect(processesOf(home)).toEqual([]);
}

describe("npm start", () => {
  it("starts, leaves no process when it is interrupted or terminated, and starts again", async () => {
    const home = join(folder, "home");
    const first = await start(home);
    await isReady(first);
    // The start script, Postgres, the sandbox, the worker and web at least.
    expect(processesOf(home).length).toBeGreaterThanOrEqual(5);
    await endsCleanly(first, home, "SIGINT");
    const second = await start(home);
    await isReady(second);
    await endsCleanly(second, home, "SIGTERM");
  });

  it("leaves no process when it is interrupted while the database is being made", async () => {
    const home = join(folder, "interrupted");
    const started = await start(home);
    await waitFor("the database to be begun", () => existsSync(join(home, "postgres.new")));
    await endsCleanly(started, home, "SIGINT");
    expect(started.said()).not.toContain("did not start");
  });

  it("leaves nothing outside of its home", () => {
    rmSync(folder, { recursive: true });
    expect(leftOutside()).toEqual(outside);
  });
});
