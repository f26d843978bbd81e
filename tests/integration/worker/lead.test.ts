import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "#lib/platform/logger";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { waitFor } from "#tests/world/wait-for";
import { lead } from "#worker/clusters/lead";

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase({ migrated: false });
});
afterAll(() => database.drop());

test("of several processes one leads, and when its connection dies another does, never two at once", async () => {
  const ending = new AbortController();
  const reigning = new Set<string>();
  const reigns: string[] = [];
  const candidate = (name: string) =>
    lead(
      { url: database.url, seat: "cluster:x", log: createLogger("silent"), signal: ending.signal },
      async (signal) => {
        expect(reigning.size).toBe(0);
        reigning.add(name);
        reigns.push(name);
        await new Promise((over) => signal.addEventListener("abort", over, { once: true }));
        reigning.delete(name);
      },
    );
  const candidates = [candidate("a"), candidate("b")];
  await waitFor("a leader", () => reigning.size === 1);
  // Other files' locks stand in the same table.
  await database.db.$queryRaw`
    select pg_terminate_backend(pid) from pg_locks join pg_database on oid = database
    where locktype = 'advisory' and granted and datname = current_database()`;
  await waitFor("another reign", () => reigns.length === 2 && reigning.size === 1);
  ending.abort();
  await Promise.all(candidates);
  expect(reigning.size).toBe(0);
});

test("whoever is told to end while it takes its seat never reigns", async () => {
  const ending = new AbortController();
  let hasReigned = false;
  const over = lead(
    { url: database.url, seat: "cluster:y", log: createLogger("silent"), signal: ending.signal },
    async () => void (hasReigned = true),
  );
  ending.abort();
  await over;
  expect(hasReigned).toBe(false);
});
