import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { type ClusterApi, send } from "./cluster-api.ts";
import { durations, type Figure, percentile } from "./figures.ts";
import { residentMb } from "./process-use.ts";
import { watchMarks } from "./watch-marks.ts";

const DEPLOYMENTS = 1000;
const PODS_EACH = 10;
const PODS = DEPLOYMENTS * PODS_EACH;
const NAMESPACE = "bench";
const EVENTS = 300;

type Cluster = ClusterApi & { process: ChildProcess; startMs: number };
const readyLine = z.object({ url: z.string(), token: z.string() });

/** The sandbox's Kubernetes with ten thousand virtual pods, in a process of its own. */
export async function measureSandbox(): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), "kepler-bench-sandbox-"));
  const first = await start(home);
  try {
    const fillMs = await fill(first);
    await stop(first);
    const cluster = await start(home);
    try {
      return [
        { name: `${PODS} virtual pods: from nothing to all ready`, value: fillMs / 1000, unit: "s" },
        { name: `${PODS} virtual pods: start`, value: cluster.startMs / 1000, unit: "s", limit: 5 },
        ...(await measureList(cluster)),
        ...(await measureWatch(cluster)),
        {
          name: `${PODS} virtual pods: resident memory`,
          value: await residentMb(cluster.process.pid ?? 0),
          unit: "MB",
          limit: 1500,
        },
      ];
    } finally {
      await stop(cluster);
    }
  } finally {
    await stop(first);
    await rm(home, { recursive: true, force: true });
  }
}

/** Starts a cluster on one home in another process and waits until it answers. */
async function start(home: string): Promise<Cluster> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [new URL("sandbox-process.ts", import.meta.url).pathname, home], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line]: string[] = await once(createInterface(child.stdout), "line");
  const { url, token } = readyLine.parse(JSON.parse(line ?? ""));
  const cluster = { process: child, url, token, startMs: 0 };
  await send(cluster, "GET", "/api/v1/namespaces");
  return { ...cluster, startMs: performance.now() - startedAt };
}

async function stop({ process: child }: Cluster): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

const APP = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const nameOf = (index: number): string => `service-${String(index).padStart(4, "0")}`;

async function fill(cluster: Cluster): Promise<number> {
  const startedAt = performance.now();
  await send(cluster, "POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  await send(cluster, "POST", "/api/v1/nodes", {
    metadata: { name: "virtual-1", labels: { type: "kwok" }, annotations: { "kwok.x-k8s.io/node": "fake" } },
    spec: { taints: [{ key: "kwok.x-k8s.io/node", value: "fake", effect: "NoSchedule" }] },
  });
  for (let index = 0; index < DEPLOYMENTS; index++) await send(cluster, "POST", APP, deployment(nameOf(index)));
  const list = z.object({ items: z.array(z.object({ status: z.object({ readyReplicas: z.number().default(0) }) })) });
  for (;;) {
    const { items } = list.parse(await (await send(cluster, "GET", APP)).json());
    if (items.length === DEPLOYMENTS && items.every(({ status }) => status.readyReplicas === PODS_EACH)) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return performance.now() - startedAt;
}

const deployment = (name: string) => ({
  metadata: { name, labels: { "app.kubernetes.io/name": name } },
  spec: {
    replicas: PODS_EACH,
    selector: { matchLabels: { "app.kubernetes.io/name": name } },
    template: {
      metadata: { labels: { "app.kubernetes.io/name": name } },
      spec: {
        nodeSelector: { type: "kwok" },
        tolerations: [{ key: "kwok.x-k8s.io/node", operator: "Exists" }],
        containers: [
          {
            name: "app",
            image: "registry.example.com/shop/app:1.0.0",
            ports: [{ name: "http", containerPort: 8080 }],
            env: ["LOG_LEVEL", "REGION", "TEAM"].map((each) => ({ name: each, value: "example" })),
            resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
            readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
          },
        ],
      },
    },
  },
});

async function measureList(cluster: Cluster): Promise<Figure[]> {
  let bytes = 0;
  const times = await durations(5, async () => {
    bytes = (await (await send(cluster, "GET", "/api/v1/pods")).arrayBuffer()).byteLength;
  });
  const name = `${PODS} virtual pods: list of all (${Math.round(bytes / 1e6)} MB), slowest of ${times.length}`;
  return [{ name, value: Math.max(...times), unit: "ms", limit: 1000 }];
}

/** From before a change is asked for until its event has reached a client that watches all pods. */
async function measureWatch(cluster: Cluster): Promise<Figure[]> {
  const marks = await watchMarks(cluster, /"bench-mark":"(\d+)"/);
  const pods = z
    .object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) })
    .parse(await (await send(cluster, "GET", `/api/v1/namespaces/${NAMESPACE}/pods?limit=${EVENTS}`)).json());
  const times: number[] = [];
  for (const [index, pod] of pods.items.entries()) {
    const mark = String(index);
    const arrived = marks.next(mark);
    const startedAt = performance.now();
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod.metadata.name}`;
    await send(cluster, "PATCH", path, { metadata: { annotations: { "bench-mark": mark } } });
    await arrived;
    times.push(performance.now() - startedAt);
  }
  marks.stop();
  const name = `${PODS} virtual pods: change asked for → watch event at the client, p95 of ${times.length}`;
  return [{ name, value: percentile(times, 0.95), unit: "ms", limit: 50 }];
}
