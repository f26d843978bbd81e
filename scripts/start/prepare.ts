/** A child of the start script: migrates the database, then sows what the first sign-in needs. */

import { createDb } from "#lib/platform/db";
import { EnvError, env } from "#lib/platform/env";
import { migrate, readMigrations } from "#lib/platform/migrate";
import { seed } from "./seed.ts";

try {
  const applied = await migrate(env().databaseUrl, await readMigrations("prisma/migrations"));
  if (applied.length > 0) console.log(`migrated: ${applied.join(", ")}`);
  const { databaseUrl } = env();
  const db = createDb(databaseUrl, 1);
  await seed(db, process.env);
  await db.$disconnect();
  process.exit(0);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(
    error instanceof EnvError ? error.problems.join("; ") : `the database could not be prepared: ${reason}`,
  );
  process.exit(1);
}
