import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPrometheus } from "#sandbox/prometheus/main";
import { deployment, type EdgeGround, istio, service, startEdgeGround, visit } from "./edge-ground.ts";
import { type Json, until } from "./kubernetes-ground.ts";

let ground: EdgeGround;
let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
beforeAll(async () => {
  ground = await startEdgeGround();
  prometheus = await startPrometheus({
    port: 0,
    jobs: ground.cluster.metrics,
    logger: pino({ level: "silent" }),
    everyMs: 200,
  });
});
afterAll(async () => {
  await prometheus.stop();
  await ground.stop();
});

const ingress = (name: string, annotations: object = {}): Json => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name, annotations },
  spec: {
    ingressClassName: "traefik",
    tls: [{ hosts: ["web.test"], secretName: "cert" }],
    rules: [
      {
        host: "web.test",
        http: {
          paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { name: "http" } } } }],
        },
      },
    ],
  },
});
const middleware = (name: string, spec: object): Json => ({
  apiVersion: "traefik.io/v1alpha1",
  kind: "Middleware",
  metadata: { name },
  spec,
});
const through = (...names: string[]) => ({
  "traefik.ingress.kubernetes.io/router.middlewares": names.map((name) => `default-${name}@kubernetescrd`).join(","),
});
const query = async (text: string): Promise<Json[]> => {
  const parameters = new URLSearchParams({ query: text }).toString();
  const { data } = (await (await fetch(`${prometheus.url}/api/v1/query?${parameters}`)).json()) as Json;
  return data.result;
};
const valueOf = async (text: string): Promise<number> => Number((await query(text))[0]?.value[1] ?? 0);

describe("the two gateways", () => {
  it("show their addresses as LoadBalancer Services", async () => {
    for (const [namespace, name, url] of [
      ["istio-system", "istio-ingressgateway", ground.cluster.istioUrl],
      ["traefik", "traefik", ground.cluster.traefikUrl],
    ] as const) {
      const { body } = await ground.call("GET", `/api/v1/namespaces/${namespace}/services/${name}`);
      expect(body.spec.type).toBe("LoadBalancer");
      const [{ ip, ports }] = body.status.loadBalancer.ingress;
      expect(`http://${ip}:${ports[0].port}`).toBe(url);
      expect(body.spec.ports[0].port).toBe(ports[0].port);
    }
  });

  it("know only their own objects", async () => {
    const { istioUrl, traefikUrl } = ground.cluster;
    expect((await visit(istioUrl)).status).toBe(200);
    const unknown = await visit(traefikUrl);
    expect([unknown.status, unknown.text, unknown.headers.server]).toEqual([404, "404 page not found\n", undefined]);
    await ground.apply(ingress("web"));
    const { status, headers, body } = await visit(traefikUrl);
    expect([status, headers.server]).toEqual([200, "pod"]);
    expect(body.headers).toMatchObject({ "x-forwarded-host": "web.test", "x-forwarded-server": "traefik" });
    const claimed = await visit(traefikUrl, { headers: { "x-forwarded-for": "6.6.6.6" } });
    expect(claimed.body.headers["x-forwarded-for"], "Traefik believes nobody").toBe("127.0.0.1");
  });

  it("take over from each other without a failed request, both ways", async () => {
    await ground.apply(ingress("web"));
    const results: { status: number; server: string }[] = [];
    let going = true;
    const visitors = Array.from({ length: 4 }, async () => {
      while (going) {
        const { status, headers } = await visit(ground.cluster.edgeUrl);
        results.push({ status, server: String(headers.server) });
      }
    });
    const until200 = (server: string) => until(async () => results.at(-1)?.server === server && results.length > 20);
    await until200("istio-envoy");
    await ground.remove("networking.istio.io/v1", "virtualservices", "web");
    await until200("pod");
    await ground.route([{ route: [{ destination: { host: "web" } }] }]);
    await until200("istio-envoy");
    going = false;
    await Promise.all(visitors);
    expect(results.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it("Traefik passes requests through middlewares, and limits their rate", async () => {
    await ground.apply(middleware("strip", { stripPrefix: { prefixes: ["/api"] } }));
    await ground.apply(
      middleware("head", { headers: { customRequestHeaders: { "x-a": "1" }, customResponseHeaders: { "x-pod": "" } } }),
    );
    await ground.apply(middleware("rate", { rateLimit: { average: 1, burst: 5, period: "1h" } }));
    await ground.apply(ingress("web", through("strip", "head")));
    const { body, headers } = await visit(ground.cluster.traefikUrl, { path: "/api/x?y" });
    expect([body.url, body.headers["x-forwarded-prefix"], body.headers["x-a"], headers["x-pod"]]).toEqual([
      "/x?y",
      "/api",
      "1",
      undefined,
    ]);
    await ground.apply(ingress("web", through("rate")));
    const statuses = [];
    for (let turn = 0; turn < 7; turn += 1) statuses.push((await visit(ground.cluster.traefikUrl)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    await ground.apply(ingress("web"));
  });

  it("Traefik retries a broken connection where a middleware says so", async () => {
    await ground.apply(middleware("again", { retry: { attempts: 3 } }));
    const fails = (key: string) => visit(ground.cluster.traefikUrl, { path: `/flaky?key=${key}&fails=1&how=drop` });
    await ground.apply(ingress("web"));
    expect((await fails("t1")).text).toBe("Bad Gateway");
    await ground.apply(ingress("web", through("again")));
    expect((await fails("t2")).status).toBe(200);
    await ground.apply(ingress("web"));
  });

  it.each(["istioUrl", "traefikUrl", "edgeUrl"] as const)(
    "carry WebSockets and refuse as the pod does: %s",
    async (gateway) => {
      const { port } = new URL(ground.cluster[gateway]);
      const open = (path: string) => {
        const socket = connect(Number(port), "127.0.0.1");
        let heard = "";
        socket.on("data", (data: Buffer) => (heard += data.toString()));
        socket.write(
          `GET ${path} HTTP/1.1\r\nhost: web.test\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: k\r\n\r\nearly`,
        );
        return { socket, heard: () => heard };
      };
      const { socket, heard } = open("/echo");
      await until(async () => /^HTTP\/1.1 101 [^]*x-key: k\r\n\r\nv\d:early$/.test(heard()));
      socket.write(" later");
      await until(async () => heard().endsWith("early later"));
      socket.destroy();
      const refused = open("/no");
      await until(async () => /^HTTP\/1.1 403 [^]*\r\n\r\nno$/.test(refused.heard()));
    },
  );
});

describe("malformed requests", () => {
  const WORDS = [
    "GET / HTTP/1.1\r\n\r\n",
    "GET http://[::bad HTTP/1.1\r\nhost: web.test\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nhost: web.test\r\n\r\n",
    "GET //a//../%zz?%% HTTP/1.1\r\nhost: web.test\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nhost: web.test\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: web.test\r\ncontent-length: 99\r\n\r\nabc",
    "POST / HTTP/1.1\r\nhost: web.test\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    `GET / HTTP/1.1\r\nhost: ${"a".repeat(20_000)}\r\n\r\n`,
    "GET / HTTP/1.1\r\nhost: \u0001\r\nx: \u0000\r\n\r\n",
  ];

  it("break nothing, many at once, at each address", async () => {
    // What the object asks for cannot be written into a request.
    const headers = { request: { set: { "x-bad": "a\nb" } } };
    await ground.route([{ headers, mirror: { host: "web" }, route: [{ destination: { host: "web" } }] }]);
    const { edgeUrl, istioUrl, traefikUrl } = ground.cluster;
    const said = (url: string, words: string | Buffer) =>
      new Promise<void>((resolve) => {
        const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.end(words));
        socket.on("error", () => resolve()).on("close", () => resolve());
        socket.resume();
      });
    const all = [...WORDS, ...Array.from({ length: 20 }, () => randomBytes(300))];
    await Promise.all([edgeUrl, istioUrl, traefikUrl].flatMap((url) => all.map((words) => said(url, words))));
    expect((await visit(istioUrl)).status).toBe(503);
    await ground.route([{ route: [{ destination: { host: "web" } }] }]);
    for (const url of [edgeUrl, istioUrl, traefikUrl]) expect((await visit(url)).status).toBe(200);
  });
});

describe("metrics of what the gateways carried", () => {
  // Codes that nothing else here answers with, so that every count begins at none.
  const ask = async (url: string, code: number, times: number) => {
    for (let turn = 0; turn < times; turn += 1) await visit(url, { path: `/status?code=${code}` });
  };

  it("count each request by destination, version, code and flags, with its duration", async () => {
    const to = (subset: string) => ({ route: [{ destination: { host: "web", subset } }] });
    await ground.route([
      { match: [{ queryParams: { code: { exact: "202" } } }], ...to("v1") },
      { match: [{ queryParams: { code: { exact: "507" } } }], ...to("v2") },
      { match: [{ uri: { exact: "/gone" } }], ...to("gone") },
    ]);
    const total = (labels: string) => valueOf(`sum(istio_requests_total{reporter="source",${labels}})`);
    const ok = `destination_workload="web-v1",destination_version="v1",response_code="202",response_flags="-",destination_service="web.default.svc.cluster.local",source_workload="istio-ingressgateway"`;
    await visit(ground.cluster.istioUrl, { path: "/gone" });
    await visit(ground.cluster.istioUrl, { path: "/nowhere" });
    await ask(ground.cluster.istioUrl, 507, 5);
    await ask(ground.cluster.istioUrl, 202, 20);
    await until(async () => (await total(ok)) === 20);
    expect(await total('destination_workload="web-v2",response_code="507"')).toBe(5);
    expect(await total('response_flags="NC",destination_service_name="web",response_code="503"')).toBe(1);
    expect(await total('response_flags="NR",destination_workload="unknown",response_code="404"')).toBe(1);
    const buckets = 'istio_request_duration_milliseconds_bucket{destination_version="v1",response_code="202"}';
    const p95 = await valueOf(`histogram_quantile(0.95, sum by (le) (${buckets}))`);
    expect(p95).toBeGreaterThan(0);
    expect(p95).toBeLessThan(5000);
    await ground.route([{ route: [{ destination: { host: "web" } }] }]);
  });

  it("count Traefik's in its own families", async () => {
    const labels = 'service="default-web-http@kubernetes",code="202",method="GET",protocol="http"';
    await ask(ground.cluster.traefikUrl, 202, 7);
    await until(async () => (await valueOf(`sum(traefik_service_requests_total{${labels}})`)) === 7);
    expect(await valueOf('sum(traefik_entrypoint_requests_total{entrypoint="web"})')).toBeGreaterThanOrEqual(7);
    expect(await valueOf("sum(traefik_service_request_duration_seconds_count)")).toBeGreaterThanOrEqual(7);
  });

  it("show the cluster's objects", async () => {
    expect(await valueOf('sum(kube_pod_status_phase{phase="Running",namespace="default"})')).toBe(2);
    expect(await valueOf('kube_deployment_status_replicas_available{deployment="web-v1"}')).toBe(1);
    expect(await valueOf("count(up == 1)")).toBe(ground.cluster.metrics.size);
  });
});

describe("calls inside the mesh", () => {
  it("follow VirtualServices from pods with a sidecar, and are counted at both ends", async () => {
    await ground.apply(deployment(ground.image, "inner-v1", "v1", 1, true));
    await ground.apply(deployment(ground.image, "inner-v2", "v2", 1, true));
    await ground.apply(service("inner", { app: "inner" }));
    await ground.apply(
      istio("DestinationRule", "inner", {
        host: "inner",
        subsets: ["v1", "v2"].map((version) => ({ name: version, labels: { version } })),
      }),
    );
    await ground.apply(
      istio("VirtualService", "inner", {
        hosts: ["inner"],
        http: [{ route: [{ destination: { host: "inner", subset: "v2" } }] }],
      }),
    );
    const pods = await until(async () => {
      const { body } = await ground.call("GET", "/api/v1/namespaces/default/pods?labelSelector=app%3Dinner");
      const ready = body.items.filter((pod: Json) => pod.status.containerStatuses?.[0]?.ready);
      return ready.length === 2 ? (ready as Json[]) : undefined;
    });
    const { body } = await ground.call("GET", "/api/v1/namespaces/default/services/inner");
    const address = `http://${body.spec.clusterIP as string}`;
    const caller = pods.find((pod) => pod.metadata.labels.version === "v1");
    for (let turn = 0; turn < 6; turn += 1) {
      const called = await visit(`http://${caller?.status.podIP as string}:8080`, { path: `/call?to=${address}` });
      expect([called.body.version, called.headers.server]).toEqual(["v2", "envoy"]);
    }
    const versions = new Set<string>();
    for (let turn = 0; turn < 6; turn += 1) versions.add((await visit(address)).body.version as string);
    expect(versions, "a caller without a sidecar is balanced as by kube-proxy").toEqual(new Set(["v1", "v2"]));
    const total = (labels: string) => valueOf(`sum(istio_requests_total{destination_service_name="inner",${labels}})`);
    await until(
      async () =>
        (await total('reporter="destination",source_workload="unknown",connection_security_policy="none"')) === 6,
    );
    expect(await total('reporter="source",source_workload="inner-v1",destination_workload="inner-v2"')).toBe(6);
    expect(
      await total('reporter="destination",source_workload="inner-v1",connection_security_policy="mutual_tls"'),
    ).toBe(6);
  });
});
