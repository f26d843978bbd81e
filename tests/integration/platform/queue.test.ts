import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { defineJob, openQueue, type Queue } from "#lib/platform/queue";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { waitFor } from "#tests/world/wait-for";

let database: FreshDatabase;
let queue: Queue;
const open: Queue[] = [];
const openAnother = async () => {
  const another = await openQueue(database.url, { supervise: true });
  open.push(another);
  return another;
};
let counter = 0;
/** A job kind of its own for each test, so that none sees another's keys. */
const someJob = (concurrency = 4) => defineJob(`job-${++counter}`, { concurrency });

beforeAll(async () => {
  database = await freshDatabase();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop(1_000)));
});
afterAll(() => database.drop());

/** A handler that stays in each run until told, and counts how many run at once. */
function gate() {
  const runs: string[] = [];
  let release = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  return {
    runs,
    most: () => most,
    open: () => release.resolve(),
    close: () => {
      release = Promise.withResolvers();
    },
    handler: async (key: string) => {
      runs.push(key);
      most = Math.max(most, ++running);
      await release.promise;
      running--;
      return "done" as const;
    },
  };
}

describe("a key in the queue", () => {
  it("is run once for any number of wishes that came before the run", async () => {
    queue = await openAnother();
    const job = someJob();
    await Promise.all(Array.from({ length: 20 }, () => queue.enqueue(undefined, job, "a")));
    const runs: string[] = [];
    await queue.work(job, async (key) => {
      runs.push(key);
      return "done";
    });
    await queue.enqueue(undefined, job, "last");
    await waitFor("the last key", () => runs.includes("last"));
    expect(runs.filter((key) => key === "a")).toHaveLength(1);
  });

  it("never runs twice at once, and a wish during a run causes exactly one more", async () => {
    queue = await openAnother();
    const other = await openAnother();
    const job = someJob();
    const hold = gate();
    await queue.work(job, hold.handler);
    await other.work(job, hold.handler);
    await queue.enqueue(undefined, job, "a");
    await waitFor("the first run", () => hold.runs.length === 1);
    await Promise.all([queue, other, queue, other].map((each) => each.enqueue(undefined, job, "a")));
    expect(hold.runs).toHaveLength(1);
    hold.open();
    await waitFor("the second run", () => hold.runs.length === 2, 3_000);
    await queue.enqueue(undefined, job, "b");
    await waitFor("another key", () => hold.runs.includes("b"));
    expect(hold.runs.filter((key) => key === "a")).toHaveLength(2);
    expect(hold.most()).toBe(1);
  });

  it("runs beside other keys", async () => {
    queue = await openAnother();
    const job = someJob(3);
    const hold = gate();
    await queue.work(job, hold.handler);
    await Promise.all(["a", "b", "c"].map((key) => queue.enqueue(undefined, job, key)));
    await waitFor("three at once", () => hold.most() === 3);
    hold.open();
  });
});

describe("a run's result", () => {
  it("brings the key back after the time that its handler asked for, and not much later", async () => {
    queue = await openAnother();
    const job = someJob();
    const at: number[] = [];
    await queue.work(job, async () => (at.push(performance.now()) < 3 ? { requeueAfterMs: 300 } : "done"));
    await queue.enqueue(undefined, job, "a");
    await waitFor("three runs", () => at.length === 3);
    const pauses = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    for (const pause of pauses) {
      expect(pause).toBeGreaterThanOrEqual(290);
      expect(pause).toBeLessThan(900);
    }
  });

  it("lets the key go on at once when its handler asks for that", async () => {
    queue = await openAnother();
    const job = someJob();
    let runs = 0;
    await queue.work(job, async () => (++runs < 10 ? { requeueAfterMs: 0 } : "done"));
    const startedAt = performance.now();
    await queue.enqueue(undefined, job, "a");
    await waitFor("ten runs", () => runs === 10);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });
});

describe("a parked key", () => {
  it("is pulled forward by an earlier wish and not pushed back by a later one", async () => {
    queue = await openAnother();
    const job = someJob();
    await queue.enqueue(undefined, job, "pulled", { startAfterMs: 3_600_000 });
    await queue.enqueue(undefined, job, "pulled");
    await queue.enqueue(undefined, job, "kept", { startAfterMs: 50 });
    await queue.enqueue(undefined, job, "kept", { startAfterMs: 3_600_000 });
    await queue.enqueue(undefined, job, "parked", { startAfterMs: 3_600_000 });
    const runs: string[] = [];
    await queue.work(job, async (key) => {
      runs.push(key);
      return "done";
    });
    await waitFor("both", () => runs.length === 2);
    expect(runs.sort()).toEqual(["kept", "pulled"]);
  });

  it("is run at once for an event that arrived while it was being parked", async () => {
    queue = await openAnother();
    const job = someJob();
    let runs = 0;
    await queue.work(job, async (key) => {
      if (++runs > 1) return "done";
      await queue.enqueue(undefined, job, key);
      return { requeueAfterMs: 3_600_000 };
    });
    await queue.enqueue(undefined, job, "a");
    await waitFor("the second run", () => runs === 2, 3_000);
  });

  it("comes back, later, when its handler threw", async () => {
    queue = await openAnother();
    const job = someJob();
    let runs = 0;
    await queue.work(job, async () => {
      if (++runs === 1) throw new TypeError("a fault of ours");
      return "done";
    });
    await queue.enqueue(undefined, job, "a");
    await waitFor("the second run", () => runs === 2);
  });

  it("exists only if the transaction that asked for it commits", async () => {
    queue = await openAnother();
    const job = someJob();
    const runs: string[] = [];
    await queue.work(job, async (key) => {
      runs.push(key);
      return "done";
    });
    const undone = database.db.$transaction(async (tx) => {
      await queue.enqueue(tx, job, "undone");
      await queue.enqueue(tx, job, "undone-later", { startAfterMs: 20 });
      throw new Error("changed my mind");
    });
    await expect(undone).rejects.toThrow("changed my mind");
    await database.db.$transaction((tx) => queue.enqueue(tx, job, "kept"));
    await database.db.$transaction((tx) => queue.enqueue(tx, job, "kept-later", { startAfterMs: 20 }));
    await waitFor("both that committed", () => runs.includes("kept") && runs.includes("kept-later"));
    expect(runs).toHaveLength(2);
  });
});
