import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TrafficPolicy } from "#lib/apps/spec/traffic-policy-schema";
import { type AppSettings, appSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type ReleaseView } from "#lib/releases/schema";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { type Visit, visit } from "./visit.ts";

/** Says which pod it is, late where it is asked to be; one that was told to fail does so at "work" (the sandbox maps words like "/work"). */
const SERVER = `
  let failing = false;
  const me = process.env.HOSTNAME ?? String(Math.random());
  require("http").createServer((q, s) => {
    const url = new URL(q.url, "http://x");
    const what = url.pathname.slice(1);
    if (what === "fail") failing = true;
    if (what === "heal") failing = false;
    s.statusCode = failing && what === "work" ? 503 : 200;
    setTimeout(() => s.end(me), Number(url.searchParams.get("ms") ?? 0));
  }).listen(8080);`;

const NO_POLICY: TrafficPolicy = { loadBalancing: null, connectionPool: null, outlierDetection: null };
const POOL = { maxConnections: null, maxPendingRequests: null, maxRequestsPerConnection: null, connectTimeoutMs: null };

let world: ReleaseWorld;
let istioUrl: string;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  ({ istioUrl } = world.world.edge);
}, 120_000);
afterAll(() => world.stop());

type Service = { id: string; name: string; userId: string };
const hostOf = ({ name }: Service) => `${name}.test`;
const settingsOf = (app: Service, policy: Partial<TrafficPolicy> | null, replicas = 2): AppSettings =>
  appSettings.parse({
    ...{ ...SETTINGS, replicas },
    exposure: { gatewayClass: "istio", routes: [{ host: hostOf(app), path: "/", pathType: "prefix", port: 8080 }] },
    ...(policy && { trafficPolicy: { ...NO_POLICY, ...policy } }),
  });

const driven = async (id: string, until?: (view: ReleaseView) => boolean) => {
  const view = await world.drive(id, until);
  expect(view.error).toBeNull();
  return view;
};

async function service(policy: Partial<TrafficPolicy>, replicas?: number): Promise<Service> {
  const app = await world.createApp();
  const build = await world.createBuild(app, ["node", "-e", SERVER]);
  await driven(await world.request(app, { buildId: build.id, settings: settingsOf(app, policy, replicas) }));
  return app;
}
const change = async (app: Service, settings: AppSettings) =>
  driven(await world.request(app, { kind: "configure", settings }));

const ask = (app: Service, path = "/", headers: Record<string, string> = {}): Promise<Visit> =>
  visit(istioUrl, hostOf(app), path, { headers });
const podsSeen = async (visits: Promise<Visit>[]) => (await Promise.all(visits)).map(({ text }) => text);
const rules = async ({ name }: Service) => {
  const found = await Promise.all([name, `${name}-canary`].map((each) => world.live(KINDS.destinationRule, each)));
  return found.map((rule) => rule?.spec ?? null);
};

describe.concurrent("what a service says of its callers' proxies, seen by visitors at the gateway", () => {
  it("keeps those with the same header, parameter or cookie on one pod, and gives a cookie to who has none", async () => {
    const app = await service({ loadBalancing: { by: "header", name: "x-user" } }, 3);
    const users = Array.from({ length: 24 }, (_, i) => `user-${i}`);
    const byUser = (headers: (user: string) => [string, Record<string, string>]) => async () =>
      podsSeen(users.map((user) => ask(app, ...headers(user))));
    const sticks = async (asking: () => Promise<string[]>) => {
      const first = await asking();
      expect(new Set(first).size).toBe(3);
      expect(await asking()).toEqual(first);
    };
    await sticks(byUser((user) => ["/", { "x-user": user }]));

    await change(app, settingsOf(app, { loadBalancing: { by: "query", name: "u" } }, 3));
    await sticks(byUser((user) => [`/?u=${user}`, {}]));

    await change(app, settingsOf(app, { loadBalancing: { by: "source-address" } }, 3));
    expect(new Set(await podsSeen(users.map(() => ask(app)))).size).toBe(1);

    await change(app, settingsOf(app, { loadBalancing: { by: "cookie", name: "sid", ttlSeconds: 60 } }, 3));
    await sticks(byUser((user) => ["/", { cookie: `theme=dark; sid=${user}` }]));
    const stranger = await ask(app);
    const [cookie = ""] = stranger.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(/^sid=[^;]+; Max-Age=60; Path=\/; HttpOnly$/);
    const again = await Promise.all(users.map(() => ask(app, "/", { cookie: cookie.split(";")[0] ?? "" })));
    expect(new Set(again.map(({ text }) => text))).toEqual(new Set([stranger.text]));
    expect(again.every(({ headers }) => headers["set-cookie"] === undefined)).toBe(true);
  }, 90_000);

  it("takes turns, and treats a canary's pods as the others'; what is not wanted any more goes with its last route", async () => {
    const app = await service({ loadBalancing: { by: "round-robin" } });
    const counts = Map.groupBy(await podsSeen(Array.from({ length: 40 }, () => ask(app))), (pod) => pod);
    expect([...counts.values()].map(({ length }) => length)).toEqual([20, 20]);

    const build = await world.createBuild(app, ["node", "-e", SERVER]);
    const steps = [{ weight: 50, pauseSeconds: 0 }];
    const canary = { steps, promotion: "manual" as const };
    const trial = await world.request(app, { buildId: build.id, canary, expectedCurrent: 1 });
    await driven(trial, ({ steps: all }) => all.find(({ name }) => name === "canary")?.detail?.waitingFor === "person");
    const host = (name: string) => `${name}.kepler-dev.svc.cluster.local`;
    const trafficPolicy = { loadBalancer: { simple: "ROUND_ROBIN" } };
    expect(await rules(app)).toEqual([
      { host: host(app.name), trafficPolicy },
      { host: host(`${app.name}-canary`), trafficPolicy },
    ]);
    const last = { kind: "configure" as const, settings: SETTINGS, expectedCurrent: 1 };
    expect((await world.drive(await world.request(app, last))).state).toBe("done");
    expect(await rules(app)).toEqual([null, null]);
    expect(await world.live(KINDS.virtualService, app.name)).toBeNull();
  }, 90_000);

  it("turns away at once what its connections have no room for", async () => {
    const app = await service({ connectionPool: { ...POOL, maxConnections: 1, maxPendingRequests: 1 } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(app, "/?ms=1000")));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 503, 503, 503, 503]);
    expect(answers.find(({ status }) => status === 503)?.headers["x-envoy-overloaded"]).toBe("true");
    await change(app, settingsOf(app, null));
    const free = await Promise.all(Array.from({ length: 6 }, () => ask(app, "/?ms=100")));
    expect(free.map(({ status }) => status)).toEqual(Array(6).fill(200));
  }, 90_000);

  it("sets a pod aside that fails, and takes it back", async () => {
    const errors = { consecutive5xx: null, consecutiveGatewayErrors: 3 };
    const app = await service({
      loadBalancing: { by: "round-robin" },
      outlierDetection: { ...errors, intervalSeconds: 1, ejectionSeconds: 6, maxEjectedPercent: 50 },
    });
    const bad = (await ask(app, "/fail")).text;
    const work = () => ask(app, "/work");
    const failed: Visit[] = [];
    await waitFor("the third failure", async () => {
      const answer = await work();
      if (answer.status !== 200) failed.push(answer);
      return failed.length === 3;
    });
    expect(failed.map(({ status, text }) => [status, text])).toEqual(Array(3).fill([503, bad]));
    const meanwhile = await Promise.all(Array.from({ length: 20 }, work));
    expect(meanwhile.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(meanwhile.some(({ text }) => text === bad)).toBe(false);
    await waitFor("the pod to be asked again", async () => (await ask(app, "/heal")).text === bad);
    expect(new Set(await podsSeen(Array.from({ length: 8 }, work)))).toContain(bad);
  }, 90_000);
});
