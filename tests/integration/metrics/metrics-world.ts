import { request } from "node:http";
import { z } from "zod";
import { type AppSettings, appSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { createPrometheus } from "#lib/clients/prometheus/create-prometheus";
import { getUsage } from "#lib/clusters/get-usage";
import { getMetrics } from "#lib/metrics/get-metrics";
import { type MetricCharts, type MetricsView } from "#lib/metrics/schema";
import { makeDeployment } from "#tests/world/found-deployment";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";

export type MeasuredApp = Awaited<ReturnType<ReleaseWorld["createApp"]>> & { createdAt: Date };

/** Fails, takes its time, calls a third one or answers at once, as it is asked to. */
const SERVER = [
  "node",
  "-e",
  `require("http").createServer((q,s)=>{
    if(q.url.endsWith("fail")){s.statusCode=500;s.end()}
    else if(q.url.endsWith("slow"))setTimeout(()=>s.end("slow"),300);
    else if(q.url.includes("call-"))require("http").get({host:q.url.split("call-")[1],port:8080},(r)=>r.pipe(s));
    else s.end("ok")}).listen(8080)`,
];

/** A service in the mesh that calls a plain one, both visited through their gateways until `stop`, and what counts it. */
export async function startMetricsWorld() {
  const world = await ReleaseWorld.start("prometheus");
  const { db } = world.database;
  const { prometheus: place, edge } = world.world;
  if (!place || !edge) throw new Error("needs the sandbox's gateways and Prometheus");
  const prometheus = createPrometheus(place);

  const rowOf = async (app: { id: string; name: string; userId: string }): Promise<MeasuredApp> => {
    const where = { id: app.id };
    return { ...app, ...(await db.app.findUniqueOrThrow({ where, select: { createdAt: true } })) };
  };
  const running = async (gatewayClass: "istio" | "ingress", meshMode: AppSettings["meshMode"]) => {
    const app = await world.createApp();
    const build = await world.createBuild(app, SERVER);
    const routes = [{ host: `${app.name}.test`, path: "/", pathType: "prefix" as const, port: 8080 }];
    const settings: AppSettings = { ...SETTINGS, meshMode, exposure: { gatewayClass, routes } };
    const view = await world.drive(await world.request(app, { buildId: build.id, settings }));
    if (view.state !== "done") throw new Error(`not released: ${JSON.stringify(view.error)}`);
    return rowOf(app);
  };
  /** One that ran before Kepler came, in a container that is not called as it is. */
  const found = async () => {
    const app = await world.createApp();
    await makeDeployment(world.world, { name: app.name, replicas: 1, cmd: SERVER });
    const image = { repository: `r/${app.name}`, digest: `sha256:${"a".repeat(64)}` };
    const selector = [{ name: "app", value: app.name }];
    const adopted = { selector, container: "web", serviceAccount: null, leaves: [] };
    const place = { appId: app.id, environmentId: world.environmentId, imageDigest: image.digest };
    await db.release.create({
      data: {
        ...{ ...place, number: 1, kind: "import", state: "done", idempotencyKey: app.name },
        spec: { ...SETTINGS, image, adopted },
      },
    });
    return rowOf(app);
  };
  const [meshed, plain] = await Promise.all([running("istio", "mesh"), running("ingress", "normal")]);
  const imported = await found();

  const over = new AbortController();
  const load = async (gateway: string, app: MeasuredApp, path: string) => {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      await visit(gateway, `${app.name}.test`, turn % 4 === 0 ? "/fail" : turn % 10 === 1 ? "/slow" : path);
    }
  };
  const called = await world.live(KINDS.service, plain.name);
  const { clusterIP } = z.object({ clusterIP: z.string() }).parse(called?.spec);
  const visitors = Promise.all([load(edge.istioUrl, meshed, `/call-${clusterIP}`), load(edge.traefikUrl, plain, "/")]);

  type Change = { view?: MetricsView["view"]; charts?: MetricCharts; prometheus?: Prometheus | null; nowMs?: number };
  const ask = (app: MeasuredApp, change: Change = {}): Promise<MetricsView> => {
    const { nowMs = Date.now(), view = "sum", charts = "all" } = change;
    const kubernetes = () => world.kubernetes;
    return getMetrics(
      app,
      { environment: "dev", view, charts, from: nowMs - 15 * 60_000, to: nowMs },
      { signal: AbortSignal.timeout(60_000) },
      {
        db,
        prometheus: change.prometheus === undefined ? prometheus : change.prometheus,
        usage: (of, environment, options) => getUsage(of, environment, options, { db, kubernetes }),
        grafanaUrl: "https://grafana.test/d/x?var-ns={namespace}&var-app={app}&from={from}",
        now: () => new Date(nowMs),
      },
    );
  };
  const podsOf = async (app: MeasuredApp): Promise<string[]> => {
    const labelSelector = `kepler.dev/app=${app.id}`;
    const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector });
    return items.map(({ metadata }) => metadata.name).sort();
  };

  /** A further release, done. */
  const change = async (app: MeasuredApp, part: Partial<AppSettings>): Promise<void> => {
    const { spec } = await db.release.findFirstOrThrow({ where: { appId: app.id }, orderBy: { number: "desc" } });
    const settings = appSettings.parse({ ...appSettings.parse(spec), ...part });
    const view = await world.drive(await world.request(app, { kind: "configure", settings }));
    if (view.state !== "done") throw new Error(`not released: ${JSON.stringify(view.error)}`);
  };

  return {
    ...{ db, prometheus, meshed, plain, imported, ask, podsOf, change },
    putPrometheusOutOfOrder: (fault: { kind: "drop" } | { kind: "answer"; status: number }) =>
      world.world.putOutOfOrder({ system: "prometheus", ...fault }),
    /** A service that never ran. */
    unreleased: async () => rowOf(await world.createApp()),
    stop: async () => {
      over.abort();
      await visitors;
      await world.stop();
    },
  };
}

const visit = (base: string, host: string, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request(`${base}${path}`, { headers: { host } }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("error", reject).end();
  });
