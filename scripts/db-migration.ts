/**
 * Migrations in development (docs/decisions/0006); nothing here runs in production.
 *   npm run db:migration -- add_quotas   writes prisma/migrations/<time>_add_quotas/migration.sql from prisma/schema
 *   npm run db:migration -- --check      fails when the schema and the checked-in migrations differ (CI)
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readMigrations } from "#lib/platform/migrate";
import { type SchemaFile, sqlBetween } from "./db-migration/schema-engine.ts";
import { startPostgres } from "./start/postgres.ts";

const SCHEMA = "prisma/schema";
const MIGRATIONS = "prisma/migrations";

async function readSchema(): Promise<SchemaFile[]> {
  const names = (await readdir(SCHEMA)).filter((name) => name.endsWith(".prisma")).sort();
  return Promise.all(
    names.map(async (name) => ({ path: join(SCHEMA, name), content: await readFile(join(SCHEMA, name), "utf8") })),
  );
}

/** A Postgres that lives as long as the comparison: the engine replays the history into it. */
async function withScratchPostgres<T>(use: (url: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "kepler-migration-"));
  const postgres = await startPostgres({ data: join(folder, "postgres"), port: await freePort(), password: "scratch" });
  try {
    return await use(postgres.url);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: "boolean" } } });
const name = positionals[0];
if (!values.check && !/^[a-z0-9_]+$/.test(name ?? "")) {
  console.error("usage: npm run db:migration -- <name_in_snake_case> | --check");
  process.exit(2);
}

await mkdir(MIGRATIONS, { recursive: true });
const history = await readMigrations(MIGRATIONS);
const schema = await readSchema();
const sql = await withScratchPostgres((url) => sqlBetween(url, history, schema));

if (sql === "") {
  console.log("The schema and the migrations agree.");
} else if (values.check) {
  console.error(`prisma/schema has changes without a migration (npm run db:migration -- <name>):\n\n${sql}`);
  process.exit(1);
} else {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = join(MIGRATIONS, `${stamp}_${name}`);
  await mkdir(folder);
  await writeFile(join(folder, "migration.sql"), sql);
  await writeFile(join(MIGRATIONS, "migration_lock.toml"), 'provider = "postgresql"\n');
  console.log(`Wrote ${folder}/migration.sql: read it before you commit it.`);
}
process.exit(0);
