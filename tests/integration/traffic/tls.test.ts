import { afterAll, beforeAll, expect, test } from "vitest";
import { NO_TRAFFIC_RULES } from "#lib/apps/spec/traffic-schema";
import { type AppSettings } from "#lib/apps/spec-schema";
import { getDiagnosis } from "#lib/diagnosis/get-diagnosis";
import { placesOf } from "#lib/releases/app-places";
import { setDomain } from "#lib/releases/domains/change-domains";
import { checkGateways } from "#lib/releases/gateway/check-gateways";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { type Edge } from "#tests/world/sandbox";
import { ReleaseWorld, SETTINGS, serving } from "../releases/release-world.ts";
import { certificate, visitSecure } from "./secure.ts";
import { visit } from "./visit.ts";

let world: ReleaseWorld;
let edge: Edge;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  edge = world.world.edge;
  await setDomain(world.database.db, world.environmentId, { name: "tls.example", below: true, tlsSecret: "tls" });
});
afterAll(() => world.stop());

const change = async (app: { id: string; userId: string }, wish: Parameters<ReleaseWorld["request"]>[1]) => {
  const view = await world.drive(await world.request(app, wish));
  expect(view.state, JSON.stringify(view.error)).toBe("done");
};

test("routes under a domain with a certificate are served with https at both gateways, and stay so while they move", async () => {
  await certificate(world.kubernetes, { namespace: "istio-system" }, "at-istio", ["*.tls.example"]);
  const app = await world.createApp();
  const [host, other] = [`${app.name}.tls.example`, `${app.name}.test`];
  const routes = [host, other].map((each) => ({ host: each, path: "/", pathType: "prefix" as const, port: 8080 }));
  const exposure: AppSettings["exposure"] = { gatewayClass: "istio", routes };
  const { id: buildId } = await world.createBuild(app, serving("one"));
  await change(app, { buildId, settings: { ...SETTINGS, exposure } });

  const { port } = new URL(edge.istioUrl);
  expect(await visitSecure(edge.istioUrl, host)).toBe("at-istio 200");
  const plain = await visit(edge.istioUrl, host, "/x");
  expect([plain.status, plain.headers.location]).toEqual([301, `https://${host}/x`]);
  expect((await visit(edge.istioUrl, `${host}:${port}`, "/x")).headers.location).toBe(`https://${host}:${port}/x`);
  expect((await visit(edge.istioUrl, other)).status, "a domain without one stays as it was").toBe(200);
  const [place] = (await placesOf(world.database.db, [app.id])).get(app.id) ?? [];
  expect(place?.urls).toEqual([`https://${host}:1/`, `http://${other}:1/`]);

  await certificate(world.kubernetes, { namespace: "kepler-dev" }, "at-traefik", ["*.tls.example"]);
  // The move itself asks the new gateway over TLS before the old one is left.
  let moving = true;
  const visitor = (async () => {
    const seen: string[] = [];
    while (moving) seen.push(await visitSecure(edge.url, host));
    return seen;
  })();
  const redirect = { scheme: "https" as const, host: null, path: null, status: 301 as const };
  const toHttps = routes.map((route) => ({ ...route, traffic: { ...NO_TRAFFIC_RULES, redirect } }));
  const standby: AppSettings["exposure"] = { gatewayClass: "ingress", routes: toHttps };
  await change(app, { kind: "configure", settings: { ...SETTINGS, exposure: standby } });
  expect(await visitSecure(edge.traefikUrl, host), "who comes by https reaches the service").toBe("at-traefik 200");
  const sent = await visit(edge.traefikUrl, host, "/x");
  expect([sent.status, sent.headers.location]).toEqual([301, `https://${host}/x`]);
  expect(await visitSecure(edge.istioUrl, host)).toBe("ECONNRESET");
  await change(app, { kind: "configure", settings: { ...SETTINGS, exposure } });
  moving = false;
  const seen = await visitor;
  expect(seen.length).toBeGreaterThan(20);
  expect(seen.filter((each) => !/^at-(istio|traefik) 200$/.test(each))).toEqual([]);

  // Renewed by its keeper: no release, no restart.
  await certificate(world.kubernetes, { namespace: "istio-system" }, "renewed", ["*.tls.example"]);
  expect(await visitSecure(edge.istioUrl, host)).toBe("renewed 200");

  await setDomain(world.database.db, world.environmentId, { name: "tls.example", below: true, tlsSecret: null });
  await change(app, { kind: "scale", replicas: 1 });
  expect((await visit(edge.istioUrl, host)).status).toBe(200);
});

test("a certificate that is not there is told before anything changes, on the gateways page, and by the diagnosis", async () => {
  const { db } = world.database;
  const signal = AbortSignal.timeout(20_000);
  const deps = { db, kubernetes: () => world.kubernetes, now: () => new Date() };
  const domain = { name: "none.example", below: true };
  const app = await world.createApp();
  const host = `${app.name}.none.example`;
  const routes = [{ host, path: "/", pathType: "prefix" as const, port: 8080 }];
  const settings: AppSettings = { ...SETTINGS, replicas: 1, exposure: { gatewayClass: "ingress", routes } };
  const { id: buildId } = await world.createBuild(app, serving("one"));
  await setDomain(db, world.environmentId, { ...domain, tlsSecret: null });
  await change(app, { buildId, settings });

  await setDomain(db, world.environmentId, { ...domain, tlsSecret: "nowhere" });
  const { environmentId } = world;
  const intent = { environmentId, kind: "configure", buildId: null, settings, restoresNumber: null } as const;
  const missing = `The Secret kepler-dev/nowhere with the certificate of ${host} does not exist.`;
  const preview = await previewRelease(app.id, intent, { signal }, deps);
  expect(preview.changes).toContainEqual({ field: "tls", before: null, after: `${host} nowhere` });
  expect(preview.blockers).toMatchObject([{ gate: "certificate", message: missing }]);
  // A way back is told the same, and is free to go.
  const back = { ...intent, kind: "rollback", settings: null, restoresNumber: 1 } as const;
  const { blockers, warnings } = await previewRelease(app.id, back, { signal }, deps);
  expect([blockers, warnings.map(({ message }) => message)]).toEqual([[], [missing]]);

  const cluster = await db.cluster.findFirstOrThrow({ where: { environments: { some: { id: environmentId } } } });
  await checkGateways(world.deps, { id: environmentId, cluster }, { signal });
  const checks = await db.gatewayCheck.findMany({ where: { environmentId }, orderBy: { gatewayClass: "asc" } });
  const certificates = checks.map((row) =>
    (row.checks as { name: string }[]).find(({ name }) => name === "certificates"),
  );
  expect(certificates).toMatchObject([
    { state: "warn", detail: missing },
    { state: "warn", detail: missing.replace("kepler-dev", "istio-system") },
  ]);

  await change(app, back);
  const asked = { ...deps, registry: null, prometheus: null };
  const { findings } = await getDiagnosis(app.id, "dev", { signal }, asked);
  expect(findings).toContainEqual(
    expect.objectContaining({ rule: "route", variant: "certificate-missing", level: "fail" }),
  );
});
