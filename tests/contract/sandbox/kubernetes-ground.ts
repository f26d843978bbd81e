import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import pino from "pino";
import { pack } from "tar-stream";
import { type Kubernetes, type KubernetesOptions, startKubernetes } from "#sandbox/kubernetes/main";
import { type RunningRegistry, startRegistry } from "#sandbox/registry/main";

const logger = pino({ level: process.env.LOG_LEVEL ?? "silent" });

export type Answer = { status: number; body: Json; headers: Headers };
// A test looks into answers as a person would: deep paths, whatever is there.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export type Ground = {
  home: string;
  cluster: Kubernetes;
  registry: RunningRegistry;
  /** One request to the API server; a string content type makes it that kind of PATCH body. */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  pushImage(name: string, files: Record<string, string>, config: Record<string, unknown>): Promise<string>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** A cluster and a registry of its own in a fresh folder, with short waits. */
export async function startGround(options: Partial<KubernetesOptions> = {}): Promise<Ground> {
  const home = await mkdtemp(join(tmpdir(), "kepler-kubernetes-"));
  const registry = await startRegistry({ port: 0, home: join(home, "registry"), logger });
  const start = () =>
    startKubernetes({
      port: 0,
      edgePort: 0,
      home: join(home, "kubernetes"),
      kubeconfigPath: join(home, "kubeconfig"),
      registry,
      logger,
      backoffScale: 0.02,
      ...options,
    });
  const ground: Ground = {
    home,
    registry,
    cluster: await start(),
    call: async (method, path, body, contentType = "application/json") => {
      const headers = { authorization: `Bearer ${ground.cluster.token}`, "content-type": contentType };
      const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
      const response = await fetch(ground.cluster.url + path, { method, headers, body: text });
      const answer = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") === true;
      return { status: response.status, body: isJson ? JSON.parse(answer) : answer, headers: response.headers };
    },
    pushImage: (name, files, config) => pushImage(registry, name, files, config),
    restart: async () => {
      await ground.cluster.stop();
      ground.cluster = await start();
    },
    stop: async () => {
      await ground.cluster.stop();
      await registry.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
  return ground;
}

/** Asks until `check` gives something; its last failure is the error when time is over. */
export async function until<T>(check: () => Promise<T | undefined | false>, withinMs = 15_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Pushes a one-layer image; resolves to its reference by digest. */
async function pushImage(
  { url, user, token }: RunningRegistry,
  name: string,
  files: Record<string, string>,
  config: Record<string, unknown>,
): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  const archive = pack();
  for (const [path, content] of Object.entries(files)) archive.entry({ name: path }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array));
  const tar = Buffer.concat(chunks);
  const image = { architecture: "amd64", os: "linux", config, rootfs: { type: "layers", diff_ids: [digestOf(tar)] } };
  const put = async (bytes: Buffer, mediaType: string) => {
    const begun = await fetch(`${url}/v2/${name}/blobs/uploads/`, { method: "POST", headers: { authorization } });
    const target = new URL(begun.headers.get("location") ?? "", url);
    target.searchParams.set("digest", digestOf(bytes));
    const headers = { authorization, "content-type": "application/octet-stream" };
    await fetch(target, { method: "PUT", headers, body: new Uint8Array(bytes) });
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: await put(Buffer.from(JSON.stringify(image)), "application/vnd.oci.image.config.v1+json"),
    layers: [await put(gzipSync(tar), "application/vnd.oci.image.layer.v1.tar+gzip")],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const headers = { authorization, "content-type": manifest.mediaType };
  const pushed = await fetch(`${url}/v2/${name}/manifests/latest`, {
    method: "PUT",
    headers,
    body: new Uint8Array(bytes),
  });
  if (pushed.status !== 201) throw new Error(`push answered ${pushed.status}`);
  return `${new URL(url).host}/${name}@${digestOf(bytes)}`;
}

export const SERVER = `
const http = require("node:http");
console.log("starting " + process.env.GREETING);
http.createServer((request, response) => {
  console.log(request.method + " " + request.url);
  response.end(process.env.GREETING + " from " + process.env.HOSTNAME);
}).listen(8080, () => console.log("listening"));
process.on("SIGTERM", () => setTimeout(() => process.exit(0), 50));
`;

/** A Deployment of one Node.js server on 8080 with a readiness probe. */
export const deploymentOf = (name: string, image: string, replicas: number, greeting: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          {
            name: "app",
            image,
            ports: [{ containerPort: 8080 }],
            env: [{ name: "GREETING", value: greeting }],
            readinessProbe: { httpGet: { path: "/healthz", port: 8080 } },
          },
        ],
      },
    },
  },
});
