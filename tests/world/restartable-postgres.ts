import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb, type Db } from "#lib/platform/db";
import { migrate, readMigrations } from "#lib/platform/migrate";
import { type LocalPostgres, startPostgres } from "#scripts/start/postgres";
import { freePort } from "./kepler.ts";

export type RestartablePostgres = {
  url: string;
  db: Db;
  /** Its first line is the pid of whatever runs now. */
  pidFile: string;
  restarts(): number;
  stop(): Promise<void>;
};

const MOST_ATTEMPTS = 20;

/** A Postgres of the test's own, to be killed: it is started again on the same data and port whenever it ends. */
export async function startRestartablePostgres(): Promise<RestartablePostgres> {
  const folder = await mkdtemp(join(tmpdir(), "kepler-postgres-"));
  const options = { data: join(folder, "data"), port: await freePort(), password: randomBytes(16).toString("hex") };
  let starts = 0;
  let stopping = false;
  /** One that is killed while it starts is started again too. */
  const start = async (attempt = 1): Promise<LocalPostgres> => {
    starts += 1;
    try {
      const server = await startPostgres(options);
      void server.exited.then(() => {
        if (!stopping) current = start();
      });
      return server;
    } catch (error) {
      if (stopping || attempt === MOST_ATTEMPTS) throw error;
      return start(attempt + 1);
    }
  };
  let current = start();
  const { url } = await current;
  process.env.DATABASE_URL = url;
  process.env.KEPLER_SESSION_SECRET ??= randomBytes(32).toString("hex");
  process.env.KEPLER_ENCRYPTION_KEY ??= randomBytes(32).toString("base64");
  await migrate(url, await readMigrations("prisma/migrations"));
  const db = createDb(url, 5);
  return {
    url,
    db,
    pidFile: join(options.data, "postmaster.pid"),
    restarts: () => starts - 1,
    stop: async () => {
      stopping = true;
      await db.$disconnect().catch(() => undefined);
      await (await current).stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
