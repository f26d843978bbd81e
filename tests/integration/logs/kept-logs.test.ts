import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Actor } from "#lib/access/actor";
import { mergedLog } from "#lib/logs/merged-log";
import { pinLog } from "#lib/logs/pin-log";
import { getPinnedLog, listPinnedLogs } from "#lib/logs/queries";
import { readLogToEnd } from "#lib/logs/read-pod";
import { sha256Hex } from "#lib/platform/crypto";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";

const SECRET = "correct-horse-battery";
/** Each pod writes its lines in turns with the other, one of them with the secret of its environment. */
const PROGRAM = [
  "node",
  "-e",
  `let n=0;const t=setInterval(()=>{const w=["INFO ready","WARN slow","ERROR no answer with "+process.env.API_TOKEN,"    at connect"];
   if(n<w.length)console.log(w[n++]);else clearInterval(t)},40);require("http").createServer((q,s)=>s.end()).listen(8080)`,
];

let world: ReleaseWorld;
let app: { id: string; name: string; userId: string };
let pods: string[];
const environment = () => ({ id: world.environmentId, name: "dev" });
const source = () => ({
  kubernetes: world.kubernetes,
  namespace: "kepler-dev",
  pods: async () => pods.map((name) => ({ name, running: true })),
  onPodsChanged: () => () => undefined,
});

beforeAll(async () => {
  world = await ReleaseWorld.start();
  app = await world.createApp();
  const build = await world.createBuild(app, PROGRAM);
  const settings = { ...SETTINGS, env: [{ name: "API_TOKEN", value: SECRET }] };
  await world.drive(await world.request(app, { buildId: build.id, settings }));
  const { items } = await world.kubernetes.list(
    { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true },
    "kepler-dev",
    { labelSelector: `kepler.dev/app=${app.id}` },
  );
  pods = items.map(({ metadata }) => metadata.name);
  await waitFor("all lines of both", async () => (await linesOf(pods)).length === 8);
});
afterAll(() => world.stop());

async function linesOf(names: string[]) {
  const found: { pod: string; at: string; text: string }[] = [];
  for (const name of names) {
    const pod = { ...source(), name, container: app.name };
    const signal = AbortSignal.timeout(10_000);
    for await (const { lines } of readLogToEnd(pod, { position: null, start: {} }, { previous: false, signal })) {
      found.push(...lines.map(([at, text]) => ({ pod: name, at, text })));
    }
  }
  return found;
}

async function downloaded(wish: { text?: string; level?: "warn" | "error" }): Promise<string> {
  const whole = { container: app.name, since: null, previous: false, text: "", level: null, ...wish };
  let text = "";
  for await (const piece of mergedLog(source(), whole, AbortSignal.timeout(10_000))) text += piece;
  return text;
}

test("a download has every line of all pods in the order of their times, or only what is asked for", async () => {
  const whole = (await downloaded({})).trimEnd().split("\n");
  expect(whole).toHaveLength(8);
  expect(whole).toEqual([...whole].sort());
  for (const pod of pods) expect(whole.filter((line) => line.includes(` ${pod} `))).toHaveLength(4);
  // A stack trace is as weighty as the error that it belongs to.
  expect((await downloaded({ level: "error" })).trimEnd().split("\n")).toHaveLength(4);
  expect((await downloaded({ text: "SLOW", level: "warn" })).trimEnd().split("\n")).toHaveLength(2);
});

test("pinned lines are masked, hashed, confirmed by the cluster, and still there when the pods have gone", async () => {
  const { db } = world.database;
  const actor: Actor = {
    ...{ id: app.userId, username: "lin", name: "Lin", isAdmin: false, memberships: [], locale: null },
    via: { session: randomUUID() },
  };
  const pin = async (lines: Awaited<ReturnType<typeof linesOf>>, from = source()) => {
    const wish = { container: app.name, reason: "INC-2291", lines };
    const place = { app, environment: environment() };
    return pinLog({ db, now: () => new Date(), source: from }, actor, place, wish);
  };
  const lines = await linesOf(pods);
  const { id } = await pin(lines);
  const made = await pin(lines.map((line) => ({ ...line, text: line.text.replace("no answer", "an answer") })));
  expect(await getPinnedLog(db, app.id, made.id)).toMatchObject({ confirmed: false });
  // What a pod of somebody else in the namespace has said is not told to whoever guesses it.
  const strangers = await pin(lines, { ...source(), pods: async () => [] });
  expect(await getPinnedLog(db, app.id, strangers.id)).toMatchObject({ confirmed: false });

  for (const name of pods) {
    await world.kubernetes.delete({
      apiVersion: "v1",
      kind: "Pod",
      plural: "pods",
      namespaced: true,
      namespace: "kepler-dev",
      name,
    });
  }
  const kept = await getPinnedLog(db, app.id, id);
  expect(kept).toMatchObject({ reason: "INC-2291", by: "Lin", environment: "dev", lineCount: 8, confirmed: true });
  expect(kept.pods.sort()).toEqual([...pods].sort());
  expect(kept.sha256).toBe(sha256Hex(kept.text));
  expect(kept.text).toContain("ERROR no answer with ••••••");
  expect(kept.text).not.toContain(SECRET);
  const list = await listPinnedLogs(db, app.id, { environment: "dev", page: 1, pageSize: 25 });
  expect(list.total).toBe(3);
  const other = await world.createApp();
  await expect(getPinnedLog(db, other.id, id)).rejects.toThrow("There is no such pinned log.");
});
