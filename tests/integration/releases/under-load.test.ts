import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_STRATEGY } from "#lib/apps/spec-schema";
import { pushImage } from "#tests/world/push-image";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, SETTINGS } from "./release-world.ts";

const HOST = "load.dev.localhost";
const EVERY_MS = 10;
const SAMPLE = "sandbox/samples/node-hello";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

/** The Node.js sample as its Dockerfile would make it, saying another version. */
async function sampleImage(version: string) {
  const archive = pack();
  for (const name of ["server.js", "package.json"])
    archive.entry({ name: `app/${name}` }, await readFile(`${SAMPLE}/${name}`, "utf8"));
  archive.entry({ name: "app/VERSION" }, version);
  archive.finalize();
  const tar = await buffer(archive);
  return { config: { Cmd: ["node", "/app/server.js"] }, files: { tar, gzipped: gzipSync(tar) } };
}

async function build(app: { id: string; name: string }, version: string) {
  const row = await world.createBuild(app, []);
  const { digest } = await pushImage(world.world.registry, app.name, version, await sampleImage(version));
  return world.database.db.build.update({ where: { id: row.id }, data: { imageDigest: digest } });
}

/** A hundred visitors a second, each waiting for their answer, whatever happens behind the edge. */
class Load {
  readonly failures: string[] = [];
  readonly versions = new Map<string, number>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 200 });
  readonly #edge: string;
  readonly #waiting = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = Date.now();
  asked = 0;

  constructor(edge: string) {
    this.#edge = edge;
    this.#timer = setInterval(() => this.#catchUp(), EVERY_MS);
  }

  /** A busy machine's timers come late: what they owe is asked for at once. */
  #catchUp() {
    const due = Math.floor((Date.now() - this.#startedAt) / EVERY_MS);
    while (this.asked < due) {
      this.asked += 1;
      const visit = this.#visit().finally(() => this.#waiting.delete(visit));
      this.#waiting.add(visit);
    }
  }

  async #visit() {
    const at = `${((Date.now() - this.#startedAt) / 1000).toFixed(2)} s`;
    try {
      const { status, body } = await ask(this.#edge, this.#agent);
      if (status !== 200) return void this.failures.push(`${at}: ${status} ${body.slice(0, 200)}`);
      const { version }: { version: string } = JSON.parse(body);
      this.versions.set(version, (this.versions.get(version) ?? 0) + 1);
    } catch (error) {
      this.failures.push(`${at}: ${String(error)}`);
    }
  }

  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#waiting);
    this.#agent.destroy();
  }
}

async function ask(edge: string, agent?: Agent): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const asked = request(edge, { agent, headers: { host: HOST }, timeout: 20_000 }, (response) => {
    buffer(response).then(
      (body) => resolve({ status: response.statusCode ?? 0, body: body.toString() }),
      (error: unknown) => reject(error),
    );
  });
  asked.on("timeout", () => asked.destroy(new Error("no answer in 20 s")));
  asked.on("error", reject).end();
  return promise;
}

test("no visitor of a hundred a second is turned away by a rolling update, a scaling or a rollback", async (context) => {
  const { edge } = world.world;
  if (edge === null) return context.skip("a real cluster's edge is not ours to know");
  const app = await world.createApp();
  const settings = {
    ...SETTINGS,
    replicas: 2,
    exposure: {
      gatewayClass: "ingress" as const,
      routes: [{ host: HOST, path: "/", pathType: "prefix" as const, port: 8080 }],
    },
    strategy: { ...DEFAULT_STRATEGY },
  };
  const [one, two] = [await build(app, "1.0.0"), await build(app, "2.0.0")];
  const release = async (intent: Parameters<ReleaseWorld["request"]>[1]) =>
    expect((await world.drive(await world.request(app, intent))).state).toBe("done");
  await release({ buildId: one.id, settings });
  await waitFor("the first answer", async () => (await ask(edge.url)).status === 200);

  const load = new Load(edge.url);
  await release({ buildId: two.id });
  await release({ kind: "scale", settings: { ...settings, replicas: 3 } });
  await release({ kind: "scale", settings: { ...settings, replicas: 1 } });
  await release({ kind: "rollback", restoresNumber: 1 });
  const before = load.versions.get("1.0.0") ?? 0;
  await waitFor("answers after the rollback", () => (load.versions.get("1.0.0") ?? 0) > before + 50);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect([...load.versions.keys()].sort()).toEqual(["1.0.0", "2.0.0"]);
  expect(load.asked).toBeGreaterThan(500);
});
