import "server-only";
import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "./db/generated/client.ts";
import { env } from "./env.ts";

export type Db = PrismaClient;
/** What a use case may do inside `db.$transaction(async (tx) => …)`; a `Db` is one too. */
export type Tx = Prisma.TransactionClient;
export { Prisma };

/** Did a write break a unique key? (https://www.prisma.io/docs/orm/reference/error-reference#p2002) */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";

/** How long a transaction waits for its turn at a connection: a rush (two hundred releases at once) is worked off, not refused. */
const TURN_MS = 20_000;

/** A pool of at most `max` connections to the database at `url`. The caller ends it with `$disconnect()`. */
export function createDb(url: string, max = 10): Db {
  const adapter = new PrismaPg({ connectionString: url, max, application_name: "kepler" });
  return new PrismaClient({ adapter, transactionOptions: { maxWait: TURN_MS } });
}

// Next reloads modules in development; the pool must outlive that.
const kept: typeof globalThis & { keplerDb?: Db } = globalThis;
/** The process's own pool, opened at the first call from `env().databaseUrl`. */
export const db = (): Db => (kept.keplerDb ??= createDb(env().databaseUrl));
