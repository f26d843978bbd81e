import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deploymentOf, type Ground, type Json, startGround, until } from "./kubernetes-ground.ts";

const DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments";
const PODS = "/api/v1/namespaces/default/pods";

// It says nothing, for a program that writes to a closed pipe would end by itself.
const QUIET = `require("node:http").createServer((_request, response) => response.end("ok")).listen(8080);`;

// Only its registry and helpers are used here: the cluster under test runs in a process of its own, to be killed.
let ground: Ground;
let cluster: ChildProcess;
let access: { url: string; token: string };

/** Starts a cluster on one home in another process and waits until it says where it listens. */
async function startElsewhere(): Promise<void> {
  const main = new URL("../../../sandbox/kubernetes/main.ts", import.meta.url).href;
  const script = join(ground.home, "start.ts");
  const options = {
    port: 0,
    edgePort: 0,
    home: join(ground.home, "elsewhere"),
    kubeconfigPath: join(ground.home, "elsewhere.kubeconfig"),
    backoffScale: 0.02,
  };
  const pino = new URL("../../../node_modules/pino/pino.js", import.meta.url).href;
  await writeFile(
    script,
    `import pino from ${JSON.stringify(pino)};
     import { startKubernetes } from ${JSON.stringify(main)};
     const cluster = await startKubernetes({ ...${JSON.stringify(options)}, logger: pino({ level: "silent" }) });
     console.log(JSON.stringify({ url: cluster.url, token: cluster.token }));`,
  );
  cluster = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  access = await new Promise((resolve) =>
    cluster.stdout?.once("data", (line: Buffer) => resolve(JSON.parse(line.toString()))),
  );
}

const call = async (method: string, path: string, body?: unknown): Promise<Json> => {
  const headers = { authorization: `Bearer ${access.token}`, "content-type": "application/json" };
  const response = await fetch(access.url + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return response.json();
};
const readyPods = () =>
  until(async () => {
    const { items } = await call("GET", PODS);
    const ready = items.filter((pod: Json) => pod.status.containerStatuses?.[0]?.ready);
    return ready.length === 2 && items.length === 2 ? (ready as Json[]) : undefined;
  });
const answers = (ip: string) =>
  fetch(`http://${ip}:8080/`).then(
    (response) => response.ok,
    () => false,
  );

beforeAll(async () => {
  ground = await startGround();
  await startElsewhere();
});
afterAll(async () => {
  cluster.kill("SIGKILL");
  await ground.stop();
});

it("after kill -9 no container survives, and the next start brings the same pods back", async () => {
  const image = await ground.pushImage("web", { "app/server.js": QUIET }, { Cmd: ["node", "/app/server.js"] });
  await call("POST", DEPLOYMENT, deploymentOf("web", image, 2, "hello"));
  const before = await readyPods();
  cluster.kill("SIGKILL");
  for (const pod of before) await until(async () => !(await answers(pod.status.podIP)));

  await startElsewhere();
  const after = await readyPods();
  expect(after.map((pod) => pod.metadata.uid).sort()).toEqual(before.map((pod) => pod.metadata.uid).sort());
  for (const pod of after) {
    expect(pod.status.containerStatuses[0].restartCount).toBe(1);
    expect(await answers(pod.status.podIP)).toBe(true);
  }
  cluster.kill("SIGKILL");
  for (const pod of after) await until(async () => !(await answers(pod.status.podIP)));
  await startElsewhere();
  const { metadata } = await call("GET", `${DEPLOYMENT}/web`);
  expect(metadata.generation).toBe(1);
});
