import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { waitFor } from "#tests/world/wait-for";
import { sweepDeadClusters } from "./start-cluster.ts";

const UP_WITHIN_MS = 120_000;

// With a cluster of somebody else's there is nothing of ours to end.
const isOurs = !process.env.KUBECONFIG;

async function hold(): Promise<{ child: ChildProcess; state: string }> {
  const args = ["--conditions=react-server", "tests/cluster/run.ts", "--hold"];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  let said = "";
  child.stdout?.on("data", (data: Buffer) => (said += data.toString()));
  const kubeconfig = await waitFor("the cluster", () => /KUBECONFIG=(\S+)/.exec(said)?.[1], UP_WITHIN_MS);
  return { child, state: dirname(kubeconfig) };
}

/** What of that cluster a person could still find on the machine, one line each. */
async function leftovers(state: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes(state)) found.push(`process ${pid}: ${command.replaceAll("\0", " ").slice(0, 120)}`);
    const cgroup = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
    if (cgroup.includes(basename(state))) found.push(`process ${pid} in a cgroup of a pod`);
  }
  const mounts = await readFile("/proc/self/mounts", "utf8");
  found.push(...mounts.split("\n").filter((line) => line.includes(state)));
  const { stdout: links } = await promisify(execFile)("ip", ["-brief", "link"]);
  return [...found, ...links.split("\n").filter((line) => /^(kepler0|pods0)\b/.test(line))];
}

it.skipIf(!isOurs).each(["SIGINT", "SIGKILL"] as const)(
  "leaves no process, mount or link behind when it ends by %s",
  async (signal) => {
    const { child, state } = await hold();
    expect((await leftovers(state)).length).toBeGreaterThan(0);
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    expect(await waitFor("the kernel to clear up", async () => (await leftovers(state)).length === 0, 20_000)).toBe(
      true,
    );
    // Files and empty cgroups of a run that was killed go with the next one's start.
    if (signal === "SIGKILL") await sweepDeadClusters();
    await expect(readdir(state)).rejects.toThrow("ENOENT");
  },
);
