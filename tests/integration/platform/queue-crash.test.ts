import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { defineJob, openQueue } from "#lib/platform/queue";
import { freshDatabase } from "#tests/world/postgres";
import { waitFor } from "#tests/world/wait-for";

it("gives a key to another worker once the one that held it was killed, and not before", async () => {
  const database = await freshDatabase();
  const job = defineJob("crash");
  const args = ["--conditions=react-server", "tests/integration/platform/stuck-worker.ts", database.url];
  const stuck = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const queue = await openQueue(database.url, { supervise: true });
  try {
    await queue.enqueue(undefined, job, "a");
    await once(stuck.stdout, "data");
    const runs: string[] = [];
    await queue.work(job, async (key) => {
      runs.push(key);
      return "done";
    });
    await queue.enqueue(undefined, job, "b");
    await queue.enqueue(undefined, job, "a");
    await waitFor("the other key", () => runs.includes("b"));
    expect(runs).not.toContain("a");
    stuck.kill("SIGKILL");
    await waitFor("the orphaned key", () => runs.includes("a"), 40_000);
  } finally {
    stuck.kill("SIGKILL");
    await queue.stop();
    await database.drop();
  }
});
