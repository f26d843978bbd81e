import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Migration, migrate, readMigrations } from "#lib/platform/migrate";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";

const migration = (name: string, sql: string): Migration => ({
  name,
  sql,
  checksum: createHash("sha256").update(sql).digest("hex"),
});
const FIRST = migration(
  "1_first",
  "create table planets (name text primary key); insert into planets values ('Mars');",
);
const SECOND = migration("2_second", "alter table planets add column moons int not null default 0;");

let database: FreshDatabase;
beforeEach(async () => {
  database = await freshDatabase({ migrated: false });
});
afterEach(() => database.drop());

const history = () =>
  database.db.$queryRaw<{ migration_name: string; applied_steps_count: number; finished: boolean }[]>`
    select migration_name, applied_steps_count, finished_at is not null as finished from _prisma_migrations order by 1`;

describe("migrate", () => {
  it("applies what is missing, in order, and nothing twice", async () => {
    expect(await migrate(database.url, [FIRST])).toEqual(["1_first"]);
    expect(await migrate(database.url, [FIRST, SECOND])).toEqual(["2_second"]);
    expect(await migrate(database.url, [FIRST, SECOND])).toEqual([]);
    expect(await history()).toEqual([
      { migration_name: "1_first", applied_steps_count: 1, finished: true },
      { migration_name: "2_second", applied_steps_count: 1, finished: true },
    ]);
  });

  it("lets processes that start at once migrate once", async () => {
    const slow = migration("3_slow", "select pg_sleep(0.3); create table slow ();");
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, [FIRST, SECOND, slow])));
    expect(applied.flat().sort()).toEqual(["1_first", "2_second", "3_slow"]);
  });

  it("leaves nothing of a file that fails, names it, and goes on after it was mended", async () => {
    const broken = migration("2_second", "create table half (); select no_such_function();");
    await expect(migrate(database.url, [FIRST, broken])).rejects.toThrow(
      /2_second failed and was undone.*no_such_function/,
    );
    const [{ half } = { half: "?" }] = await database.db.$queryRaw<
      { half: string | null }[]
    >`select to_regclass('half')::text as half`;
    expect(half).toBeNull();
    expect(await migrate(database.url, [FIRST, SECOND])).toEqual(["2_second"]);
  });

  it("refuses a file that was edited after it had been applied", async () => {
    await migrate(database.url, [FIRST]);
    const edited = migration("1_first", `${FIRST.sql} -- harmless?`);
    await expect(migrate(database.url, [edited])).rejects.toThrow("1_first was edited");
  });

  it("refuses a database of a newer Kepler", async () => {
    await migrate(database.url, [FIRST, SECOND]);
    await expect(migrate(database.url, [FIRST])).rejects.toThrow("newer than this Kepler");
  });

  it("knows the checked-in files", async () => {
    const files = await readMigrations("prisma/migrations");
    expect(await migrate(database.url, files)).toEqual(files.map((file) => file.name));
    await database.db.user.count();
  });
});
