import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, type Server } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "#sandbox/kubernetes/api/certificate";
import { deployment, type EdgeGround, istio, startEdgeGround, visit } from "./edge-ground.ts";
import { type Json, until } from "./kubernetes-ground.ts";

let ground: EdgeGround;
/** Addresses of a pod in the mesh and one outside of it. */
let callers: { meshed: string; plain: string };
/** Servers outside of the cluster. */
let outside: { plain: number; secure: number };
const servers: Server[] = [];
const trusted = getCACertificates();

const dates = { validFrom: new Date(Date.now() - 86_400_000), validTo: new Date(Date.now() + 86_400_000) };
const certificate = selfSigned({ commonName: "secure.example", dnsNames: ["secure.example"], ...dates });

let asked = 0;
function answer(request: IncomingMessage, response: ServerResponse): void {
  asked += 1;
  if (request.url === "/never") return;
  if (request.url === "/flaky" && asked < 3) return void response.writeHead(503).end();
  const servername = "servername" in request.socket ? String(request.socket.servername) : null;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ host: request.headers.host, servername }));
}
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  setDefaultCACertificates([...trusted, certificate.cert]);
  outside = {
    plain: await listening(createServer(answer)),
    secure: await listening(createSecureServer(certificate, answer)),
  };
  ground = await startEdgeGround();
  await ground.apply(deployment(ground.image, "meshed", "v1", 1, true));
  const pods = await until(async () => {
    const { body } = await ground.call("GET", "/api/v1/namespaces/default/pods");
    const ready = body.items.filter((pod: Json) => pod.status.containerStatuses?.[0]?.ready);
    return ready.length === 3 ? (ready as Json[]) : undefined;
  });
  const of = (app: string) =>
    `http://${String(pods.find(({ metadata }) => metadata.labels.app === app)?.status.podIP)}:8080`;
  callers = { meshed: of("meshed"), plain: of("web") };
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await ground?.stop();
  for (const server of servers) server.close();
});
afterEach(async () => {
  for (const plural of ["serviceentries", "sidecars", "destinationrules", "virtualservices"])
    await ground.call("DELETE", `/apis/networking.istio.io/v1/namespaces/default/${plural}`);
});

const port = (number: number, protocol: string, targetPort: number) => ({
  ...{ number, protocol, targetPort },
  name: `${protocol.toLowerCase()}-${number}`,
});
const HERE = { resolution: "STATIC", endpoints: [{ address: "127.0.0.1" }] };

/** Writes an entry and gives the address that was found for its host. */
async function entry(host: string, ports: object[], more: object = HERE): Promise<string> {
  const name = host.replaceAll(".", "-");
  await ground.apply(istio("ServiceEntry", name, { hosts: [host], ports, location: "MESH_EXTERNAL", ...more }));
  return until(async () => {
    const path = `/apis/networking.istio.io/v1/namespaces/default/serviceentries/${name}`;
    const [found] = (await ground.call("GET", path)).body.status?.addresses ?? [];
    return found?.host === host && String(found.value);
  });
}
/** Only these, and the cluster's own services. */
const only = (...hosts: string[]) =>
  ground.apply(
    istio("Sidecar", "meshed", {
      workloadSelector: { labels: { app: "meshed" } },
      egress: [{ hosts: ["*/*.svc.cluster.local", ...hosts] }],
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    }),
  );
const call = (address: string, host: string, path = "/", from: "meshed" | "plain" = "meshed") =>
  visit(callers[from], { path: `/call?host=${host}&to=http://${address}${path}` });

/** What was counted, by its service's labels. */
const counted = (family: string) =>
  [...(ground.cluster.metrics.get("istio")?.() ?? [])]
    .filter(({ name }) => name === family)
    .flatMap(({ samples }) => samples)
    .map(({ labels }) => [labels.destination_service_name, labels.destination_service, labels.response_code ?? ""]);

describe("a host outside", () => {
  it("is found at an address of its own by pods in the mesh, by name or by address, and by nobody else", async () => {
    const address = await entry("plain.example", [port(80, "HTTP", outside.plain)]);
    expect(address).toMatch(/^127\.(11[2-9]|12[0-7])\./);
    const found = await call(address, "plain.example");
    expect([found.status, found.body, found.headers.server]).toEqual([
      ...[200, { host: "plain.example", servername: null }, "envoy"],
    ]);
    expect((await call(address, address)).status).toBe(200);
    await expect(call(address, "plain.example", "/", "plain")).rejects.toThrow("socket hang up");
    expect(counted("istio_requests_total")).toContainEqual(["plain.example", "plain.example", "200"]);
  });

  it("may be where DNS says, and at addresses that the entry names", async () => {
    const address = await entry("plain.localhost", [port(80, "HTTP", outside.plain)], { resolution: "DNS" });
    expect((await call(address, "plain.localhost")).body).toMatchObject({ host: "plain.localhost" });
    const named = { ...HERE, addresses: ["127.127.1.9"] };
    const spec = { hosts: ["fixed.example"], ports: [port(81, "TCP", outside.plain)], ...named };
    await ground.apply(istio("ServiceEntry", "fixed-example", spec));
    await until(async () => (await call("127.127.1.9:81", "x")).status === 200);
  });

  it("keeps to routes for it: how long it may take, and how often it is asked", async () => {
    const address = await entry("plain.example", [port(80, "HTTP", outside.plain)]);
    const route = [{ destination: { host: "plain.example", port: { number: 80 } } }];
    const http = [
      { match: [{ uri: { exact: "/never" } }], timeout: "100ms", route },
      { retries: { attempts: 2, retryOn: "5xx" }, route },
    ];
    await ground.apply(istio("VirtualService", "plain", { hosts: ["plain.example"], gateways: ["mesh"], http }));
    asked = 0;
    expect((await call(address, "plain.example", "/flaky")).status).toBe(200);
    expect(asked).toBe(3);
    const late = await call(address, "plain.example", "/never");
    expect([late.status, late.text]).toEqual([504, "upstream request timeout"]);
  });

  it("is spoken to by TLS where a rule says so, and only if its certificate is its own", async () => {
    const rule = (host: string) =>
      ground.apply(
        istio("DestinationRule", host.replaceAll(".", "-"), {
          ...{ host, exportTo: ["."] },
          trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: "SIMPLE", sni: host } }] },
        }),
      );
    const [own, other] = [
      await entry("secure.example", [port(80, "HTTP", outside.secure)]),
      await entry("other.example", [port(80, "HTTP", outside.secure)]),
    ];
    await rule("secure.example");
    await rule("other.example");
    const name = "secure.example";
    expect((await call(own, name)).body).toEqual({ host: name, servername: name });
    expect((await call(other, "other.example")).status).toBe(503);
  });

  it("is passed on byte for byte where it is no HTTP", async () => {
    const address = await entry("secure.example", [port(443, "TLS", outside.plain)]);
    expect((await call(`${address}:443`, "secure.example")).status).toBe(200);
    expect(counted("istio_tcp_connections_opened_total")).toContainEqual(["secure.example", "secure.example", ""]);
  });

  it("is not there for other namespaces where it is exported to its own", async () => {
    await ground.call("POST", "/api/v1/namespaces", { metadata: { name: "elsewhere" } });
    const spec = { hosts: ["far.example"], ports: [port(80, "HTTP", outside.plain)], exportTo: ["."], ...HERE };
    const path = "/apis/networking.istio.io/v1/namespaces/elsewhere/serviceentries";
    await ground.call("POST", path, { ...istio("ServiceEntry", "far", spec) });
    const address = await until(
      async () => (await ground.call("GET", `${path}/far`)).body.status?.addresses?.[0]?.value,
    );
    expect((await call(String(address), "far.example")).status).toBe(503);
    await ground.call("DELETE", `${path}/far`);
  });
});

describe("a Sidecar that lets through what is declared", () => {
  it("answers 502 for any other host, closes other connections, and counts both as BlackHoleCluster", async () => {
    const open = await entry("plain.example", [port(80, "HTTP", outside.plain), port(443, "TLS", outside.plain)]);
    const shut = await entry("other.example", [port(80, "HTTP", outside.plain), port(443, "TLS", outside.plain)]);
    await only("./plain.example");
    expect((await call(open, "plain.example")).status).toBe(200);
    const refused = await call(shut, "other.example");
    expect([refused.status, refused.text]).toEqual([502, ""]);
    expect((await call(open, "other.example")).status, "HTTP goes by its Host header").toBe(502);
    expect((await call(`${open}:443`, "x")).status).toBe(200);
    await expect(call(`${shut}:443`, "x")).rejects.toThrow("socket hang up");
    expect(counted("istio_requests_total")).toContainEqual(["BlackHoleCluster", "other.example", "502"]);
    expect(counted("istio_tcp_connections_opened_total").map(([name]) => name)).toContain("BlackHoleCluster");
    await only("./plain.example", "./other.example");
    expect((await call(shut, "other.example")).status).toBe(200);
  });

  it("lets the cluster's services through, or not, as it says", async () => {
    const { body } = await ground.call("GET", "/api/v1/namespaces/default/services/web");
    const web = String(body.spec.clusterIP);
    await only();
    expect((await call(web, "web")).status).toBe(200);
    await ground.apply(
      istio("Sidecar", "meshed", {
        ...{ workloadSelector: { labels: { app: "meshed" } }, egress: [{ hosts: ["~/*"] }] },
        outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      }),
    );
    expect((await call(web, "web")).status).toBe(502);
  });
});
