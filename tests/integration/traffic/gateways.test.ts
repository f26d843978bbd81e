import { afterAll, beforeAll, expect, test } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { abortRelease } from "#lib/releases/abort-release";
import { placesOf } from "#lib/releases/app-places";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { type Edge } from "#tests/world/sandbox";
import { type ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { ECHO, exposed, TrafficGround } from "./traffic-ground.ts";
import { visit } from "./visit.ts";

let ground: TrafficGround;
let world: ReleaseWorld;
let edge: Edge;
beforeAll(async () => {
  ground = await TrafficGround.start();
  ({ world, edge } = ground);
});
afterAll(() => world.stop());

/** Says which host was asked for. */
const HOST = ["node", "-e", `require("http").createServer((q,s)=>s.end("any "+q.headers.host)).listen(8080)`];

test("a route means the same on both gateways, and moves between them without a request lost or a pod restarted", async () => {
  const app = await ground.running((name) => exposed(name, "ingress", "/api"));
  const host = `${app.name}.test`;
  const answers = async (base: string) => {
    const visits = ["/api", "/api/x", "/apis", "/"].map((path) => visit(base, host, path));
    return (await Promise.all(visits)).map(({ status, text }) => (status === 200 ? text : status));
  };
  expect(await answers(edge.traefikUrl)).toEqual(["/api", "/api/x", 404, 404]);
  const pods = (await ground.podsOf(app.id)).map((pod) => pod.name).sort();

  let moving = true;
  const visitor = (async () => {
    const seen: number[] = [];
    while (moving) seen.push((await visit(edge.url, host, "/api")).status);
    return seen;
  })();
  await ground.change(app, exposed(app.name, "istio", "/api"));
  expect(await answers(edge.istioUrl)).toEqual(["/api", "/api/x", 404, 404]);
  expect(await answers(edge.traefikUrl)).toEqual([404, 404, 404, 404]);
  await ground.change(app, exposed(app.name, "ingress", "/api"));
  moving = false;
  const seen = await visitor;
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.filter((status) => status !== 200)).toEqual([]);

  expect(await answers(edge.traefikUrl)).toEqual(["/api", "/api/x", 404, 404]);
  expect(await world.live(KINDS.virtualService, app.name)).toBeNull();
  expect(await world.live(KINDS.gateway, app.name)).toBeNull();
  expect((await ground.podsOf(app.id)).map((pod) => pod.name).sort()).toEqual(pods);

  await ground.change(app, SETTINGS);
  expect(await answers(edge.traefikUrl)).toEqual([404, 404, 404, 404]);
});

test("a wildcard is every host one label below it that has no route of its own, at both gateways alike; one service has it", async () => {
  const wild = await ground.running((name) => exposed(`*.${name}`, "ingress"), HOST);
  const zone = `${wild.name}.test`;
  const one = await ground.running(() => exposed(`one.${wild.name}`, "ingress"));
  const [place] = (await placesOf(world.database.db, [wild.id])).get(wild.id) ?? [];
  expect(place).toMatchObject({ urls: [], wildcards: [`http://*.${zone}:1/`] });
  const answers = async (base: string) => {
    const visits = [`x.${zone}`, `one.${zone}`, `a.b.${zone}`, zone].map((host) => visit(base, host));
    return (await Promise.all(visits)).map(({ status, text }) => (status === 200 ? text : status));
  };
  const wanted = [`any x.${zone}`, "/", 404, 404];
  expect(await answers(edge.traefikUrl)).toEqual(wanted);
  const other = await world.createApp();
  const asked = {
    buildId: (await world.createBuild(other, ECHO)).id,
    settings: exposed(`*.${wild.name}`, "ingress", "/api"),
  };
  await expect(world.request(other, asked)).rejects.toMatchObject({
    message: `The host *.${zone} belongs to ${wild.name} in dev: a wildcard has one service.`,
  });

  let moving = true;
  const visitor = (async () => {
    const seen: string[] = [];
    while (moving) seen.push((await visit(edge.url, `x.${zone}`)).text, (await visit(edge.url, `one.${zone}`)).text);
    return seen;
  })();
  await ground.change(wild, exposed(`*.${wild.name}`, "istio"));
  await ground.change(one, exposed(`one.${wild.name}`, "istio"));
  expect(await answers(edge.istioUrl)).toEqual(wanted);
  await ground.change(one, exposed(`one.${wild.name}`, "ingress"));
  await ground.change(wild, exposed(`*.${wild.name}`, "ingress"));
  moving = false;
  const seen = await visitor;
  expect(seen.length).toBeGreaterThan(5);
  expect([...new Set(seen)].sort()).toEqual(["/", `any x.${zone}`]);
  expect(await answers(edge.traefikUrl)).toEqual(wanted);
});

test("a route that belongs to another service is refused in preview and release, also when both ask at the same moment", async () => {
  const [one, other] = await Promise.all([world.createApp(), world.createApp()]);
  const host = `${one.name}-shared`;
  const builds = { [one.id]: await world.createBuild(one, ECHO), [other.id]: await world.createBuild(other, ECHO) };
  const wish = (app: typeof one, gateway: "ingress" | "istio", path = "/") => ({
    ...{ buildId: builds[app.id]?.id ?? null, settings: exposed(host, gateway, path) },
  });
  const race = await Promise.allSettled([
    world.request(one, wish(one, "ingress")),
    world.request(other, wish(other, "ingress")),
  ]);
  const lost = race.findIndex(({ status }) => status === "rejected");
  expect(race.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const [winner, loser] = lost === 0 ? [other, one] : [one, other];
  expect(race[lost]).toMatchObject({
    reason: { code: "conflict", message: `The route ${host}.test/ belongs to ${winner.name} in dev.` },
  });

  const { db } = world.database;
  const preview = await previewRelease(
    loser.id,
    { environmentId: world.environmentId, kind: "deploy", restoresNumber: null, ...wish(loser, "ingress") },
    { signal: AbortSignal.timeout(30_000) },
    { db, kubernetes: () => world.kubernetes, now: () => new Date() },
  );
  expect(preview.blockers).toMatchObject([
    { gate: "route-taken", fields: [{ path: "settings.exposure.routes.0.host" }] },
  ]);

  // At an Ingress two services may share a host, at Istio's gateway they may not.
  await world.request(loser, wish(loser, "ingress", "/api"));
  await world.request(winner, wish(winner, "istio"));
  await expect(world.request(loser, wish(loser, "istio", "/api"))).rejects.toMatchObject({
    message: `The host ${host}.test belongs to ${winner.name} in dev: at Istio's gateway a host has one service.`,
  });
});

test("a route is its service's for as long as the cluster may have it: while it is being given up, and after a release that did not get to its end", async () => {
  const [giver, unfinished, taker] = await Promise.all([
    ground.running((name) => exposed(name, "ingress")),
    world.createApp(),
    world.createApp(),
  ]);
  const { id: buildId } = await world.createBuild(taker, ECHO);
  const take = (host: string) => world.request(taker, { buildId, settings: exposed(host, "ingress") });
  const belongsTo = ({ name }: { name: string }) => ({ message: `The route ${name}.test/ belongs to ${name} in dev.` });

  // Until it is done, its failure brings the route back.
  const given = await world.request(giver, { kind: "configure", settings: SETTINGS });
  await expect(take(giver.name)).rejects.toMatchObject(belongsTo(giver));
  expect((await world.drive(given)).state).toBe("done");
  await take(giver.name);

  const build = await world.createBuild(unfinished, ECHO);
  const settings = exposed(unfinished.name, "ingress");
  const begun = await world.request(unfinished, { buildId: build.id, settings });
  await world.drive(begun, ({ state }) => state === "rolling_out");
  await abortRelease(begun, world.deps);
  expect((await world.drive(begun)).state).toBe("aborted");
  expect(await world.live(KINDS.ingress, unfinished.name), "its route stands there").not.toBeNull();
  await expect(take(unfinished.name)).rejects.toMatchObject(belongsTo(unfinished));
});

test("a release whose host's domain was taken away after it was planned ends before anything is touched", async () => {
  const { db } = world.database;
  const app = await ground.running((name) => exposed(name, "ingress"));
  const domain = { environmentId: world.environmentId, name: `${app.name}.example` };
  await db.environmentDomain.create({ data: { ...domain, below: false } });
  const routes = [{ host: domain.name, path: "/", pathType: "prefix" as const, port: 8080 }];
  const settings = { ...SETTINGS, exposure: { gatewayClass: "ingress" as const, routes } };
  const planned = await world.request(app, { kind: "configure", settings });
  await db.environmentDomain.deleteMany({ where: domain });
  const view = await world.drive(planned);
  expect(view).toMatchObject({
    state: "failed",
    error: { message: `Outside of the domains of dev (*.dev.localhost, *.test): ${domain.name}.` },
  });
  expect(JSON.stringify(await world.live(KINDS.ingress, app.name))).toContain(`${app.name}.test`);
});
