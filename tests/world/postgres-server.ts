/**
 * The Postgres that all integration tests of a checkout share (tests/world/postgres.ts starts it, detached). It ends
 * itself when no test has been connected for a while, so that nobody has to know who is the last.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "#scripts/start/postgres";
import { freePort } from "./kepler.ts";

const IDLE_CHECK_MS = 3_000;
const IDLE_CHECKS = 4;

const folder = process.argv[2] ?? "";
const lock = join(folder, "lock");
const urlFile = join(folder, "url");

if (!takeLock()) process.exit(0);
const data = join(folder, "data");
rmSync(urlFile, { force: true });
const password = remembered("password", () => randomBytes(16).toString("hex"));
// Speed over safety: what is in it lives for one test.
const flags = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"].flatMap((f) => [
  "-c",
  f,
]);
const server = await startPostgres({ data, port: await freePort(), password, flags });
writeFileSync(urlFile, server.url, { mode: 0o600 });

const client = new pg.Client({ connectionString: server.url });
await client.connect();
await dropLeftOver();
await untilIdle();
rmSync(urlFile, { force: true });
await client.end();
await server.stop();
rmSync(lock, { force: true });

async function untilIdle(): Promise<void> {
  for (let idle = 0; idle < IDLE_CHECKS; ) {
    await new Promise((tick) => setTimeout(tick, IDLE_CHECK_MS));
    const { rowCount } = await client.query("select from pg_stat_activity where application_name = 'kepler-test'");
    idle = rowCount === 0 ? idle + 1 : 0;
  }
}

/** Databases of tests that were killed. */
async function dropLeftOver(): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    "select datname from pg_database where datname like 'test\\_%'",
  );
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
}

function takeLock(): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const holder = Number(readFileSync(lock, "utf8"));
    if (holder > 0 && existsSync(`/proc/${holder}`)) return false;
    rmSync(lock, { force: true });
    return takeLock();
  }
}

function remembered(name: string, make: () => string): string {
  const file = join(folder, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, "utf8");
}
