import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { type Ground, type Json, startGround, until } from "./kubernetes-ground.ts";

/** A server that does what its path says, and tells what it was asked. */
const SERVER = `
const http = require("node:http");
const crypto = require("node:crypto");
const seen = {};
const server = http.createServer((request, response) => {
  const url = new URL(request.url, "http://pod");
  const parameter = (name) => url.searchParams.get(name);
  const key = parameter("key");
  const times = key === null || url.pathname === "/seen" ? 0 : (seen[key] = (seen[key] || 0) + 1);
  const hash = crypto.createHash("sha256");
  let size = 0;
  request.on("data", (chunk) => { hash.update(chunk); size += chunk.length; });
  request.on("end", () => {
    const answer = (status) => {
      response.writeHead(status, { "content-type": "application/json", server: "pod", "x-pod": "1", "set-cookie": ["a=1", "b=2"] });
      const { method, headers, rawHeaders } = request;
      response.end(JSON.stringify({ pod: process.env.HOSTNAME, version: process.env.VERSION, method, url: request.url, headers, rawHeaders, size, sha: hash.digest("hex"), seen: seen[parameter("key")] || 0 }));
    };
    if (url.pathname === "/status") return answer(Number(parameter("code")));
    if (url.pathname === "/slow") return setTimeout(() => answer(200), Number(parameter("ms")));
    if (url.pathname === "/flaky") return times <= Number(parameter("fails")) ? parameter("how") === "drop" ? request.socket.destroy() : answer(503) : answer(200);
    if (url.pathname === "/sick") return answer(process.env.HOSTNAME.endsWith("-0") ? 500 : 200);
    if (url.pathname === "/call") return http.get(parameter("to"), { headers: parameter("host") === null ? {} : { host: parameter("host") } }, (called) => response.writeHead(called.statusCode, called.headers) && called.pipe(response)).on("error", () => response.destroy());
    if (url.pathname === "/stream") {
      response.write("one\\n");
      return setTimeout(() => response.end("two\\n"), Number(parameter("ms")));
    }
    answer(200);
  });
});
server.on("upgrade", (request, socket, head) => {
  if (request.url.startsWith("/no")) return socket.end("HTTP/1.1 403 Forbidden\\r\\ncontent-length: 2\\r\\n\\r\\nno");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nconnection: upgrade\\r\\nupgrade: echo\\r\\nx-key: " + request.headers["sec-websocket-key"] + "\\r\\n\\r\\n" + process.env.VERSION + ":");
  socket.write(head);
  socket.pipe(socket).on("error", () => {});
});
server.listen(8080);
`;

export type Visit = { status: number; headers: IncomingHttpHeaders; text: string; body: Json };
export type Ask = {
  path?: string;
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: Buffer | string;
  host?: string;
};

export type EdgeGround = Ground & {
  image: string;
  /** Writes an object by server-side apply. */
  apply(object: Json): Promise<void>;
  remove(group: string, plural: string, name: string): Promise<void>;
  /** Applies the VirtualService "web" for web.test with these routes. */
  route(http: Json[], more?: object): Promise<void>;
};

const PLURALS: Record<string, string> = {
  Gateway: "gateways",
  VirtualService: "virtualservices",
  DestinationRule: "destinationrules",
  Ingress: "ingresses",
  Middleware: "middlewares",
  Service: "services",
  Deployment: "deployments",
  ServiceAccount: "serviceaccounts",
  AuthorizationPolicy: "authorizationpolicies",
  PeerAuthentication: "peerauthentications",
  ServiceEntry: "serviceentries",
  Sidecar: "sidecars",
};

/** A cluster with a Service "web" of two versions, one pod each (and whatever more is asked for), behind a Gateway. */
export async function startEdgeGround(): Promise<EdgeGround> {
  const ground = await startGround();
  const image = await ground.pushImage("web", { "app/server.js": SERVER }, { Cmd: ["node", "/app/server.js"] });
  const apply = async (object: Json): Promise<void> => {
    const { apiVersion, kind, metadata } = object;
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const path = `${base}/namespaces/default/${PLURALS[kind]}/${metadata.name}?fieldManager=test&force=true`;
    const { status, body } = await ground.call("PATCH", path, JSON.stringify(object), "application/apply-patch+yaml");
    if (status > 201) throw new Error(`${kind} was refused: ${JSON.stringify(body)}`);
  };
  const edge: EdgeGround = {
    ...ground,
    image,
    apply,
    remove: async (group, plural, name) => {
      await ground.call("DELETE", `/apis/${group}/namespaces/default/${plural}/${name}`);
    },
    route: (http, more = {}) =>
      apply(istio("VirtualService", "web", { hosts: ["web.test"], gateways: ["edge"], http, ...more })),
  };
  await apply(deployment(image, "web-v1", "v1", 1));
  await apply(deployment(image, "web-v2", "v2", 1));
  await apply(service("web", { app: "web" }));
  await apply(
    istio("Gateway", "edge", {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    }),
  );
  await apply(istio("DestinationRule", "web", { host: "web", subsets: SUBSETS }));
  await edge.route([{ route: [{ destination: { host: "web" } }] }]);
  await until(async () => {
    const { body } = await ground.call("GET", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices");
    return body.items[0]?.endpoints.filter((each: Json) => each.conditions.ready).length === 2;
  });
  return edge;
}

export const SUBSETS = [
  { name: "v1", labels: { version: "v1" } },
  { name: "v2", labels: { version: "v2" } },
  { name: "none", labels: { version: "v9" } },
];

export const istio = (kind: string, name: string, spec: object): Json => ({
  apiVersion: "networking.istio.io/v1",
  kind,
  metadata: { name },
  spec,
});

export const service = (name: string, selector: object): Json => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { selector, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
});

/** One of the mesh with `sidecar`. */
export function deployment(image: string, name: string, version: string, replicas: number, sidecar = false): Json {
  const labels = { app: name.replace(/-v\d$/, ""), version };
  const injected = { "sidecar.istio.io/inject": String(sidecar) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, ...injected } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: "web",
              image,
              env: [{ name: "VERSION", value: version }],
              readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

/** One request; the Host header is the visitor's. */
export function visit(base: string, { path = "/", method = "GET", headers = {}, body, host = "web.test" }: Ask = {}) {
  return new Promise<Visit>((resolve, reject) => {
    const asked = request(base + path, { method, headers: { host, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers["content-type"] === "application/json";
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: isJson ? JSON.parse(text) : {},
        });
      });
    });
    asked.on("error", reject).end(body);
  });
}

/** Many requests, a few at once; counts what they came to. */
export async function tally(count: number, ask: () => Promise<string>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let left = count;
  const visitor = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const result = await ask();
      counts[result] = (counts[result] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 20 }, visitor));
  return counts;
}
