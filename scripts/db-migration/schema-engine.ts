/**
 * Prisma's schema engine compiled to WebAssembly, driven through adapter-pg: the native one is a download that not
 * every network allows (docs/decisions/0006). Works around faults of adapter-pg 7.10 that only migrations meet.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import { type Migration } from "#lib/platform/migrate";

export type SchemaFile = { path: string; content: string };

/** The SQL that leads from a history of migrations to the schema: empty when they agree. `url` may create databases. */
export async function sqlBetween(url: string, history: readonly Migration[], schema: SchemaFile[]): Promise<string> {
  await loadEngine();
  const adapter = bindMigrationAwareSqlAdapterFactory(factory(url));
  const datamodels = schema.map(({ path, content }): [string, string] => [path, content]);
  const engine = await bindings.SchemaEngine.new({ datamodels }, () => undefined, adapter);
  const { stdout } = await engine.diff({
    from: { tag: "migrations", ...migrationList(history) },
    to: { tag: "schemaDatamodel", files: schema },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout === null || stdout.startsWith("-- This is an empty migration") ? "" : stdout;
}

const migrationList = (history: readonly Migration[]) => ({
  baseDir: "prisma/migrations",
  lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
  shadowDbInitScript: "",
  migrationDirectories: history.map(({ name, sql }) => ({
    path: name,
    migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
  })),
});

async function loadEngine(): Promise<void> {
  // The engine reports a panic through this global before it traps.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
  });
  const folder = dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
  const bytes = readFileSync(join(folder, "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": { ...bindings } });
  // wasm-bindgen's own start-up, which the package leaves to a bundler.
  const attach: unknown = Reflect.get(bindings, "__wbg_set_wasm");
  const start = instance.exports["__wbindgen_start"];
  if (typeof attach !== "function" || typeof start !== "function") throw new Error("unknown schema engine build");
  attach(instance.exports);
  start();
}

/** adapter-pg's own shadow database is dropped while its pool still holds it, hence this one. */
function factory(url: string): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => connect(url, async () => undefined),
    connectToShadowDb: async () => {
      const database = `shadow_${randomUUID().replaceAll("-", "")}`;
      const admin = new pg.Client({ connectionString: url });
      await admin.connect();
      await admin.query(`create database ${database}`);
      const shadowUrl = new URL(url);
      shadowUrl.pathname = `/${database}`;
      return connect(shadowUrl.href, async () => {
        await admin.query(`drop database ${database} with (force)`);
        await admin.end();
      });
    },
  };
}

async function connect(url: string, afterwards: () => Promise<void>): Promise<SqlDriverAdapter> {
  const pool = readableCatalog(new pg.Pool({ connectionString: url, max: 2 }));
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  const dispose = adapter.dispose.bind(adapter);
  return Object.assign(adapter, {
    queryRaw: async (query: Parameters<typeof queryRaw>[0]) => {
      const result = await queryRaw(query);
      const { CharacterArray, Character } = ColumnTypeEnum;
      return { ...result, columnTypes: result.columnTypes.map((type) => (type === CharacterArray ? Character : type)) };
    },
    // One simple query is one implicit transaction; the adapter would cut the script at semicolons.
    executeScript: async (sql: string) => {
      await pool.query(sql);
    },
    dispose: async () => {
      await dispose();
      await afterwards();
    },
  });
}

/** pg_type oids. The catalog's "char" is unknown to the adapter: it is passed off as char[] and turned back above. */
const CHAR_OID = 18;
const CHAR_ARRAY_OID = 1002;

function readableCatalog(pool: pg.Pool): pg.Pool {
  const query = pool.query.bind(pool);
  return Object.assign(pool, {
    query: async (config: pg.QueryConfig) => {
      const result = await query(config);
      for (const field of result.fields ?? []) if (field.dataTypeID === CHAR_OID) field.dataTypeID = CHAR_ARRAY_OID;
      return result;
    },
  });
}
