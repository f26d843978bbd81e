import { request } from "node:https";
import { type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { selfSigned } from "#sandbox/kubernetes/api/certificate";
import { type EdgeGround, istio, startEdgeGround, visit } from "./edge-ground.ts";
import { type Json } from "./kubernetes-ground.ts";

let ground: EdgeGround;
beforeAll(async () => {
  ground = await startEdgeGround();
  await ground.apply(
    istio("Gateway", "edge", {
      selector: { istio: "ingressgateway" },
      servers: [
        { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["plain.test"] },
        { port: { number: 80, name: "to-https", protocol: "HTTP" }, hosts: ["*.test"], tls: { httpsRedirect: true } },
        server("https-web", ["web.test"], "web"),
        server("https-other", ["*.test"], "other"),
        server("https-none", ["none.test"], "no-such-secret"),
      ],
    }),
  );
  const hosts = ["web.test", "other.test", "none.test", "plain.test"];
  await ground.route([{ route: [{ destination: { host: "web" } }] }], { hosts });
});
afterAll(() => ground.stop());

const server = (name: string, hosts: string[], credentialName: string) => ({
  port: { number: 443, name, protocol: "HTTPS" },
  hosts,
  tls: { mode: "SIMPLE", credentialName },
});

/** Writes a Secret with a certificate of this name for these hosts; the key exists nowhere else. */
async function secret(namespace: string, name: string, commonName: string, dnsNames: string[]): Promise<void> {
  const now = Date.now();
  const dates = { validFrom: new Date(now - 60_000), validTo: new Date(now + 86_400_000) };
  const { cert, key } = selfSigned({ commonName, dnsNames, ...dates });
  const metadata = { name, namespace };
  const object: Json = { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/tls" };
  const body = JSON.stringify({ ...object, stringData: { "tls.crt": cert, "tls.key": key } });
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}?fieldManager=test&force=true`;
  const { status } = await ground.call("PATCH", path, body, "application/apply-patch+yaml");
  expect(status).toBeLessThan(300);
}

/** Who answers a handshake for this name, and with which status; or how it failed. */
const shake = (base: string, servername: string): Promise<string> =>
  new Promise((resolve) => {
    const { port } = new URL(base);
    const sent = request(
      { host: "127.0.0.1", port, servername, headers: { host: servername }, agent: false, rejectUnauthorized: false },
      (response) => {
        const { subject } = (response.socket as TLSSocket).getPeerCertificate();
        response.resume().on("end", () => resolve(`${String(subject.CN)} ${response.statusCode}`));
      },
    );
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)).end();
  });

it("Istio's gateway shows the certificate of the name that is asked for, redirects plain requests, and cuts off where it has none", async () => {
  await secret("istio-system", "web", "first", ["web.test"]);
  await secret("istio-system", "other", "other", ["*.test"]);
  // In any other namespace it would not look.
  await secret("default", "no-such-secret", "elsewhere", ["none.test"]);
  const { istioUrl } = ground.cluster;
  const { port } = new URL(istioUrl);
  expect(await shake(istioUrl, "web.test")).toBe("first 200");
  expect(await shake(istioUrl, "other.test")).toBe("other 200");
  expect(await shake(istioUrl, "none.test")).toBe("ECONNRESET");
  expect(await shake(istioUrl, "elsewhere.example")).toBe("ECONNRESET");
  const plain = await visit(istioUrl, { host: `web.test:${port}`, path: "/a?b" });
  expect([plain.status, plain.headers.location]).toEqual([301, `https://web.test:${port}/a?b`]);
  expect((await visit(istioUrl, { host: "plain.test" })).status).toBe(200);

  await secret("istio-system", "web", "second", ["web.test"]);
  expect(await shake(istioUrl, "web.test"), "renewed without a restart").toBe("second 200");
});

it("Traefik chooses among the certificates of all Ingresses by the names in them, and shows its own where none fits", async () => {
  const ingress = (name: string, host: string, secretName: string) =>
    ground.apply({
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name },
      spec: {
        ingressClassName: "traefik",
        tls: [{ hosts: [host], secretName }],
        rules: [
          {
            host,
            http: {
              paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { name: "http" } } } }],
            },
          },
        ],
      },
    });
  await ingress("a", "a.example", "a-tls");
  await ingress("b", "b.example", "missing");
  await secret("default", "a-tls", "of-a", ["a.example"]);
  const { traefikUrl, edgeUrl } = ground.cluster;
  expect(await shake(traefikUrl, "a.example")).toBe("of-a 200");
  expect(await shake(traefikUrl, "b.example")).toBe("TRAEFIK DEFAULT CERT 200");
  expect(await shake(traefikUrl, "c.example")).toBe("TRAEFIK DEFAULT CERT 404");
  expect((await visit(traefikUrl, { host: "a.example" })).status, "its entry point for HTTP redirects nobody").toBe(
    200,
  );
  await secret("default", "a-tls", "of-a-renewed", ["a.example"]);
  expect(await shake(traefikUrl, "a.example")).toBe("of-a-renewed 200");

  await secret("istio-system", "web", "of-istio", ["web.test"]);
  expect(await Promise.all(["a.example", "web.test", "c.example"].map((name) => shake(edgeUrl, name)))).toEqual([
    "of-a-renewed 200",
    "of-istio 200",
    "TRAEFIK DEFAULT CERT 404",
  ]);
});
