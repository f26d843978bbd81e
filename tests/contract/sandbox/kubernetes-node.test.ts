import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deploymentOf, type Ground, type Json, SERVER, startGround, until } from "./kubernetes-ground.ts";

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const PODS = "/api/v1/namespaces/default/pods";

let ground: Ground;
let image: string;

beforeAll(async () => {
  ground = await startGround();
  const config = { Cmd: ["node", "/app/server.js"], WorkingDir: "/app", ExposedPorts: { "8080/tcp": {} } };
  image = await ground.pushImage("web", { "app/server.js": SERVER }, config);
});
afterAll(() => ground.stop());

const podsOf = async (app: string): Promise<Json[]> =>
  (await ground.call("GET", `${PODS}?labelSelector=app%3D${app}`)).body.items;
const rolledOut = (name: string) =>
  until(async () => {
    const { body } = await ground.call("GET", `${DEPLOYMENTS}/${name}`);
    const { status, spec, metadata } = body;
    const there =
      status.updatedReplicas === spec.replicas &&
      status.replicas === spec.replicas &&
      status.availableReplicas === spec.replicas;
    return there && status.observedGeneration === metadata.generation ? body : undefined;
  });

async function expose(name: string): Promise<void> {
  await ground.call("POST", "/api/v1/namespaces/default/services", {
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  const backend = { service: { name, port: { number: 80 } } };
  const rules = [{ host: `${name}.dev.localhost`, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
  await ground.call("POST", "/apis/networking.k8s.io/v1/namespaces/default/ingresses", {
    metadata: { name },
    spec: { rules },
  });
}

const visit = async (name: string): Promise<{ status: number; text: string }> => {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    const asked = request(ground.cluster.edgeUrl, { headers: { host: `${name}.dev.localhost` } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on("error", reject).end();
  });
};

describe("a Deployment of a Node.js image", () => {
  it("runs two pods on port 8080 each at once, ready, with the digest that runs", async () => {
    await ground.call("POST", DEPLOYMENTS, deploymentOf("web", image, 2, "hello"));
    const deployment = await rolledOut("web");
    expect(deployment.metadata.annotations["deployment.kubernetes.io/revision"]).toBe("1");
    const pods = await podsOf("web");
    expect(pods).toHaveLength(2);
    expect(new Set(pods.map((pod) => pod.status.podIP)).size).toBe(2);
    for (const pod of pods) {
      expect(pod.metadata.name).toMatch(/^web-[a-z0-9]{10}-[a-z0-9]{5}$/);
      expect(pod.status.containerStatuses[0]).toMatchObject({ imageID: image, ready: true, restartCount: 0 });
      expect(await (await fetch(`http://${pod.status.podIP}:8080/`)).text()).toBe(`hello from ${pod.metadata.name}`);
    }
  });

  it("is reached through its Ingress, and a rolling update drops no request", async () => {
    await expose("web");
    await until(async () => (await visit("web")).status === 200);
    const seen: string[] = [];
    let rolling = true;
    const visitor = (async () => {
      while (rolling) {
        const { status, text } = await visit("web");
        seen.push(`${status} ${text.split(" ")[0] ?? ""}`);
      }
    })();
    const changed = deploymentOf("web", image, 2, "hallo");
    await ground.call(
      "PATCH",
      `${DEPLOYMENTS}/web`,
      { spec: { template: changed.spec.template } },
      "application/strategic-merge-patch+json",
    );
    await rolledOut("web");
    rolling = false;
    await visitor;
    expect(new Set(seen)).toEqual(new Set(["200 hello", "200 hallo"]));
    // The visitor's last request may have begun before the end of the rollout; this one has not.
    expect(await visit("web")).toMatchObject({ status: 200, text: expect.stringMatching(/^hallo/) });
  });

  it("keeps serving after the cluster was stopped and started", async () => {
    await ground.restart();
    await rolledOut("web");
    await until(async () => (await visit("web")).text.startsWith("hallo"));
    for (const pod of await podsOf("web")) expect(pod.status.containerStatuses[0].restartCount).toBe(1);
  });

  it("gives its log with timestamps, tail and the previous run", async () => {
    const [pod] = await podsOf("web");
    const log = `${PODS}/${pod.metadata.name}/log`;
    await until(async () => ((await ground.call("GET", log)).body as string).includes("starting hallo\nlistening\n"));
    expect((await ground.call("GET", `${log}?tailLines=1&timestamps=true`)).body).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z \S+/,
    );
    expect((await ground.call("GET", `${log}?previous=true`)).body).toContain("listening");
    const wrong = await ground.call("GET", `${log}?container=nope`);
    expect(wrong.status).toBe(400);
  });

  it("streams its log as it grows", async () => {
    const [pod] = await podsOf("web");
    const gone = new AbortController();
    const headers = { authorization: `Bearer ${ground.cluster.token}` };
    const url = `${ground.cluster.url}${PODS}/${pod.metadata.name as string}/log?follow=true&tailLines=0`;
    const response = await fetch(url, { headers, signal: gone.signal });
    await fetch(`http://${pod.status.podIP as string}:8080/followed`);
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes("/followed")) break;
    }
    expect(text).toContain("GET /followed\n");
    gone.abort();
  });

  it("gives up a pod only when its disruption budget allows it", async () => {
    const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    const selector = { matchLabels: { app: "web" } };
    const [pod] = await podsOf("web");
    const evict = () =>
      ground.call("POST", `${PODS}/${pod.metadata.name as string}/eviction`, {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name: pod.metadata.name },
      });
    await ground.call("POST", budgets, { metadata: { name: "web" }, spec: { minAvailable: 2, selector } });
    expect(await evict()).toMatchObject({
      status: 429,
      body: { details: { causes: [{ reason: "DisruptionBudget" }] } },
    });
    await ground.call("PATCH", `${budgets}/web`, { spec: { minAvailable: 1 } }, "application/merge-patch+json");
    expect((await evict()).status).toBe(201);
    await until(async () => (await podsOf("web")).every((each) => each.metadata.uid !== pod.metadata.uid));
    await rolledOut("web");
  });

  it("leaves no object behind when it is deleted", async () => {
    await ground.call("DELETE", `${DEPLOYMENTS}/web`);
    await until(async () => (await podsOf("web")).length === 0);
    expect((await ground.call("GET", "/apis/apps/v1/namespaces/default/replicasets")).body.items).toEqual([]);
    expect((await visit("web")).status).toBe(503);
    expect((await visit("nobody")).status).toBe(404);
  });
});

describe("a pod that cannot run", () => {
  const stateOf = (name: string, wanted: (state: Json, pod: Json) => boolean) =>
    until(async () => {
      const { body } = await ground.call("GET", `${PODS}/${name}`);
      const status = body.status?.containerStatuses?.[0];
      return status !== undefined && wanted(status.state, body) ? status : undefined;
    });
  const create = (name: string, container: object, restartPolicy = "Always") =>
    ground.call("POST", PODS, {
      metadata: { name },
      spec: { restartPolicy, terminationGracePeriodSeconds: 1, containers: [{ name: "app", ...container }] },
    });
  const reasonsOf = async (name: string): Promise<string[]> => {
    const { body } = await ground.call(
      "GET",
      `/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D${name}`,
    );
    return body.items.map((event: Json) => event.reason);
  };

  it("waits with ImagePullBackOff for an image that the registry does not have", async () => {
    await create("no-image", { image: `${new URL(ground.registry.url).host}/nope:1` });
    const { state } = await stateOf("no-image", ({ waiting }) => waiting?.reason === "ImagePullBackOff");
    expect(state.waiting.message).toContain("not found");
    expect(await reasonsOf("no-image")).toEqual(expect.arrayContaining(["Scheduled", "Pulling", "Failed", "BackOff"]));
  });

  it("backs off from a program that crashes, and shows its last exit", async () => {
    await create("crash", { image, command: ["node", "-e", "process.exit(3)"] });
    const status = await stateOf("crash", ({ waiting }) => waiting?.reason === "CrashLoopBackOff");
    expect(status.lastState.terminated).toMatchObject({ exitCode: 3, reason: "Error" });
    expect(status.restartCount).toBeGreaterThan(0);
  });

  it("is restarted when its liveness probe fails", async () => {
    const livenessProbe = { exec: { command: ["sh", "-c", "exit 1"] }, failureThreshold: 2 };
    // Not before the program listens: then it also knows what to do about SIGTERM.
    const startupProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 1000 };
    await create("sick", { image, livenessProbe, startupProbe });
    const status = await stateOf("sick", (_state, pod) => pod.status.containerStatuses[0].restartCount > 0);
    expect(status.lastState.terminated.reason).toBe("Completed");
    expect(await reasonsOf("sick")).toEqual(expect.arrayContaining(["Unhealthy", "Killing"]));
  });

  it("waits for a missing ConfigMap and starts once it is there", async () => {
    const valueFrom = { configMapKeyRef: { name: "settings", key: "greeting" } };
    await create("config", { image, env: [{ name: "GREETING", valueFrom }] });
    const { state } = await stateOf("config", ({ waiting }) => waiting?.reason === "CreateContainerConfigError");
    expect(state.waiting.message).toBe('configmap "settings" not found');
    await ground.call("POST", "/api/v1/namespaces/default/configmaps", {
      metadata: { name: "settings" },
      data: { greeting: "salut" },
    });
    await stateOf("config", ({ running }) => running !== undefined);
  });

  it("is refused by the runtime when its command is not there", async () => {
    await create("no-command", { image, command: ["/nonexistent"] }, "Never");
    const { state } = await stateOf("no-command", ({ terminated }) => terminated !== undefined);
    expect(state.terminated).toMatchObject({ exitCode: 128, reason: "StartError" });
    expect(
      await until(async () => (await ground.call("GET", `${PODS}/no-command`)).body.status.phase === "Failed"),
    ).toBe(true);
  });

  it("runs to completion, init containers first, with files of a Secret", async () => {
    await ground.call("POST", "/api/v1/namespaces/default/secrets", {
      metadata: { name: "key" },
      stringData: { word: "open" },
    });
    const mount = {
      volumeMounts: [
        { name: "shared", mountPath: "/shared" },
        { name: "key", mountPath: "/etc/key" },
      ],
    };
    await ground.call("POST", PODS, {
      metadata: { name: "job" },
      spec: {
        restartPolicy: "Never",
        volumes: [
          { name: "shared", emptyDir: {} },
          { name: "key", secret: { secretName: "key" } },
        ],
        initContainers: [{ name: "copy", image, command: ["sh", "-c", "cp /etc/key/word /shared/word"], ...mount }],
        containers: [{ name: "app", image, command: ["sh", "-c", "cat /shared/word"], ...mount }],
      },
    });
    await until(async () => (await ground.call("GET", `${PODS}/job`)).body.status?.phase === "Succeeded");
    expect((await ground.call("GET", `${PODS}/job/log?container=app`)).body).toBe("open");
  });
});
