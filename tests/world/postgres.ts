import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { createDb, type Db } from "#lib/platform/db";
import { migrate, readMigrations } from "#lib/platform/migrate";
import { waitFor } from "./wait-for.ts";

export type FreshDatabase = {
  url: string;
  /** A pool on it; `db()` of lib/platform/db gives one on the same database in this process. */
  db: Db;
  drop(): Promise<void>;
};

/** One server for all test files of this checkout; it ends by itself some seconds after the last of them let go. */
const FOLDER = join(
  tmpdir(),
  `kepler-test-postgres-${createHash("sha256").update(resolve(".")).digest("hex").slice(0, 12)}`,
);

/** A new, migrated database on the shared embedded Postgres. Call `drop()` in afterAll. Sets DATABASE_URL to it. */
export async function freshDatabase(options: { migrated?: boolean } = {}): Promise<FreshDatabase> {
  const admin = await connectToServer();
  const migrated = options.migrated ?? true;
  const template = migrated ? await templateDatabase(admin.client, admin.url) : "template0";
  const name = `test_${randomBytes(8).toString("hex")}`;
  await admin.client.query(`create database ${name} template ${template}`);
  const url = withDatabase(admin.url, name);
  process.env.DATABASE_URL = url;
  process.env.KEPLER_SESSION_SECRET ??= randomBytes(32).toString("hex");
  process.env.KEPLER_ENCRYPTION_KEY ??= randomBytes(32).toString("base64");
  const db = createDb(url, 5);
  return {
    url,
    db,
    drop: async () => {
      await db.$disconnect();
      await admin.client.query(`drop database ${name} with (force)`);
      await admin.client.end();
    },
  };
}

/** This connection is also what keeps the server alive. */
async function connectToServer(): Promise<{ client: pg.Client; url: string }> {
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  let asked = 0;
  return waitFor("the test Postgres", async () => {
    try {
      const url = readFileSync(join(FOLDER, "url"), "utf8");
      const client = new pg.Client({ connectionString: url, application_name: "kepler-test" });
      client.on("error", () => undefined);
      await client.connect();
      return { client, url };
    } catch {
      // Not running, or just ending: whoever starts first wins, the others' attempts end at once.
      if (Date.now() - asked > 2_000) {
        asked = Date.now();
        spawn(process.execPath, ["tests/world/postgres-server.ts", FOLDER], {
          detached: true,
          stdio: "ignore",
        }).unref();
      }
      return undefined;
    }
  });
}

/** Migrating costs more than copying: it is done once for each state of prisma/migrations. */
async function templateDatabase(client: pg.Client, url: string): Promise<string> {
  const migrations = await readMigrations("prisma/migrations");
  const digest = createHash("sha256")
    .update(migrations.map((m) => m.checksum).join())
    .digest("hex")
    .slice(0, 16);
  const name = `template_${digest}`;
  await client.query("select pg_advisory_lock(1)");
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    if (rowCount === 0) {
      await client.query(`drop database if exists ${name}_new with (force)`);
      await client.query(`create database ${name}_new`);
      await migrate(withDatabase(url, `${name}_new`), migrations);
      await client.query(`alter database ${name}_new rename to ${name}`);
    }
  } finally {
    await client.query("select pg_advisory_unlock(1)");
  }
  return name;
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
