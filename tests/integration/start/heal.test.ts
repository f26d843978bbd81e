import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres } from "#scripts/start/postgres";
import { supervise } from "#scripts/start/supervise";
import { freePort } from "#tests/world/kepler";
import { waitFor } from "#tests/world/wait-for";

/** Private (0700), as homes are: the account that runs Postgres for root has no way through it. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kepler-start-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the embedded Postgres", () => {
  it("keeps what was committed when it is killed, and when the one that started it forgot it", async () => {
    const options = { data: join(folder, "home", "postgres"), port: await freePort(), password: "secret" };
    const first = await startPostgres(options);
    await ask(first.url, "create table kept as select 42 as answer");
    process.kill(first.pid, "SIGKILL");
    expect(await first.exited).toBe("SIGKILL");
    const second = await startPostgres(options);
    expect(await ask(second.url, "select answer from kept")).toEqual([{ answer: 42 }]);
    // Still running, as after kill -9 of the start script: the next start takes over.
    const third = await startPostgres(options);
    await second.exited;
    expect(await ask(third.url, "select answer from kept")).toEqual([{ answer: 42 }]);
    await third.stop();
    // All of it is in its home, and goes with it.
    expect(lstatSync(options.data).isDirectory()).toBe(true);
    expect(readdirSync(join(folder, "home"))).toEqual(["postgres"]);
  });

  it("says in one sentence what is wrong with a broken folder", async () => {
    const data = join(folder, "broken", "postgres");
    const options = { data, port: await freePort(), password: "secret" };
    await (await startPostgres(options)).stop();
    writeFileSync(join(data, "PG_VERSION"), "9.6\n");
    await expect(startPostgres(options)).rejects.toThrow(/Postgres did not start: .*FATAL/);
  });
});

describe("supervision", () => {
  it("starts again what ends, until it is told to stop", async () => {
    const lives: PromiseWithResolvers<string>[] = [];
    const lines: string[] = [];
    const start = async () => {
      const life = Promise.withResolvers<string>();
      lives.push(life);
      return { ended: life.promise, stop: async () => life.resolve("stopped") };
    };
    const supervised = await supervise({ name: "it", start, say: (line) => lines.push(line) });
    lives[0]?.resolve("SIGKILL");
    await waitFor("the second life", () => lives.length === 2);
    expect(lines).toEqual(["it ended (SIGKILL); starting it again in 0.3 s"]);
    await supervised.stop();
    expect(lives).toHaveLength(2);
  });
});

describe("a start that cannot go on", () => {
  const start = (env: Record<string, string>) => {
    const home = join(folder, "refused");
    const result = spawnSync(process.execPath, ["scripts/start.ts"], {
      env: { PATH: process.env.PATH, NODE_ENV: "test", KEPLER_HOME: home, ...env },
      timeout: 20_000,
    });
    return { code: result.status, lines: result.stderr.toString().trim().split("\n") };
  };

  it("says so in one line that names the variable or the port, and fails", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    const port = await waitFor("the port", () => {
      const address = taken.address();
      return typeof address === "object" ? address?.port : undefined;
    });
    expect(start({ PORT: String(port) })).toEqual({ code: 1, lines: [expect.stringContaining(`port ${port}`)] });
    taken.close();
    const free = await freePort();
    expect(start({ PORT: "no" })).toEqual({ code: 1, lines: [expect.stringContaining("PORT")] });
    expect(start({ KEPLER_MODE: "production" })).toEqual({ code: 1, lines: [expect.stringContaining("DATABASE_URL")] });
    expect(start({ KEPLER_SANDBOX: "gitlub" })).toEqual({ code: 1, lines: [expect.stringContaining("gitlub")] });
    const why = (env: Record<string, string>) => {
      const { code, lines } = start({ KEPLER_SANDBOX: "none", PORT: String(free), ...env });
      expect([code, lines.length]).toEqual([1, 1]);
      return lines[0];
    };
    expect(why({ KEPLER_HOME: "/dev/null/home" })).toContain("KEPLER_HOME");
    expect(why({ DATABASE_URL: "mysql://localhost/kepler" })).toMatch(/DATABASE_URL must begin with postgres/);
    expect(why({ DATABASE_URL: "postgres://kepler:secret@127.0.0.1:9/kepler" })).toMatch(/database .* ECONNREFUSED/);
    expect(why({ GITLAB_URL: "http://127.0.0.1:9" })).toMatch(/GITLAB_TOKEN is needed/);
    const broken = join(folder, "broken-home");
    mkdirSync(join(broken, "postgres"), { recursive: true });
    writeFileSync(join(broken, "postgres", "PG_VERSION"), "9.6\n");
    expect(why({ KEPLER_HOME: broken })).toMatch(new RegExp(`Postgres did not start: .*${join(broken, "postgres")}`));
  });
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}
