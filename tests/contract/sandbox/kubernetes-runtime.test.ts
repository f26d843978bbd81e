import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ground, type Json, startGround, until } from "./kubernetes-ground.ts";

const PODS = "/api/v1/namespaces/default/pods";

let ground: Ground;
let image: string;
beforeAll(async () => {
  ground = await startGround();
  image = await ground.pushImage("tools", { "app/README": "tools\n" }, { WorkingDir: "/app" });
});
afterAll(() => ground.stop());

const create = (name: string, spec: Json, metadata: Json = {}) =>
  ground.call("POST", PODS, { metadata: { name, ...metadata }, spec: { terminationGracePeriodSeconds: 1, ...spec } });
const pod = async (name: string): Promise<Json> => (await ground.call("GET", `${PODS}/${name}`)).body;
const podWhen = (name: string, holds: (pod: Json) => boolean): Promise<Json> =>
  until(async () => {
    const found = await pod(name);
    return found.status !== undefined && holds(found) ? found : undefined;
  });
const isRunning = (found: Json): boolean => found.status.phase === "Running";
const log = async (name: string, query = ""): Promise<string> =>
  (await ground.call("GET", `${PODS}/${name}/log${query}`)).body;
const eventsOf = async (name: string): Promise<Json[]> =>
  (await ground.call("GET", `/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D${name}`)).body
    .items;
const cadvisor = () => [...(ground.cluster.metrics.get("cadvisor")?.() ?? [])];
const sh = (script: string, more: Json = {}) => ({ name: "app", image, command: ["sh", "-c", script], ...more });

describe("a container", () => {
  it("that holds more memory than its limit is killed for it", async () => {
    const hog = "const all = []; setInterval(() => all.push(Buffer.alloc(20e6, 1)), 20)";
    const container = { name: "app", image, command: ["node", "-e", hog], resources: { limits: { memory: "150Mi" } } };
    await create("hog", { restartPolicy: "Never", containers: [container] });
    const { status } = await podWhen("hog", (found) => found.status.phase === "Failed");
    expect(status.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
  });

  it("is measured: the time it has used, its rate and the memory it holds", async () => {
    const busy = "const all = Buffer.alloc(50e6, 1); for (;;) all[0] += 1";
    const resources = { limits: { cpu: "100m" } };
    await create("busy", { containers: [{ name: "app", image, command: ["node", "-e", busy], resources }] });
    const sample = (name: string): Json | undefined =>
      cadvisor()
        .find((family) => family.name === name)
        ?.samples.find(({ labels }) => labels.pod === "busy");
    await until(async () => sample("container_cpu_usage_seconds_total")?.value > 0.2);
    expect(sample("container_memory_working_set_bytes").value).toBeGreaterThan(50e6);
    expect(sample("container_memory_working_set_bytes").labels).toMatchObject({
      namespace: "default",
      container: "app",
    });
    // It would take all of a core and may have a tenth.
    const [all, throttled] = ["periods", "throttled_periods"].map(
      (of) => sample(`container_cpu_cfs_${of}_total`)?.value,
    );
    expect(throttled).toBeGreaterThan(0);
    expect(throttled).toBeLessThanOrEqual(all);
    await ground.call("DELETE", `${PODS}/busy`);
  });

  it("leaves its last words where terminationMessagePath says, or at the end of its log", async () => {
    const words = { terminationMessagePolicy: "FallbackToLogsOnError" };
    await create("words", {
      restartPolicy: "Never",
      containers: [
        sh("mkdir -p /dev/../tmp; echo gone >$KEPLER_ROOTFS/tmp/why; exit 1", { terminationMessagePath: "/tmp/why" }),
        { ...sh("echo all is lost; exit 2", words), name: "other" },
      ],
    });
    const { status } = await podWhen("words", (found) => found.status.phase === "Failed");
    expect(status.containerStatuses.map((one: Json) => one.state.terminated.message)).toEqual([
      "gone\n",
      "all is lost\n",
    ]);
  });

  it("is killed when its postStart hook fails, and told by its preStop hook that the end has come", async () => {
    const bad = { lifecycle: { postStart: { exec: { command: ["false"] } } } };
    await create("bad-start", { restartPolicy: "Never", containers: [sh("sleep 100", bad)] });
    await podWhen("bad-start", (found) => found.status.phase === "Failed");
    expect((await eventsOf("bad-start")).map(({ reason }) => reason)).toContain("FailedPostStartHook");

    const hook = { lifecycle: { preStop: { exec: { command: ["sh", "-c", "touch bye; sleep 0.1"] } } } };
    await create("hooked", {
      restartPolicy: "Never",
      containers: [sh("trap 'ls bye; exit 0' TERM; while :; do sleep 0.05; done", hook)],
    });
    await podWhen("hooked", isRunning);
    await until(async () => (await eventsOf("hooked")).some(({ reason }) => reason === "Started"));
    const following = fetch(`${ground.cluster.url}${PODS}/hooked/log?follow=true`, {
      headers: { authorization: `Bearer ${ground.cluster.token}` },
    }).then((response) => response.text());
    await ground.call("DELETE", `${PODS}/hooked`);
    expect(await following).toContain("bye\n");
  });

  it("is ready while its gRPC health service says that it serves", async () => {
    // grpc.health.v1.Health/Check answers 1 (SERVING), or 2 (NOT_SERVING) once a file is there.
    const server = `
      const { existsSync } = require("node:fs");
      require("node:http2").createServer().on("stream", (stream) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(Buffer.from([0, 0, 0, 0, 2, 8, existsSync("away") ? 2 : 1]));
      }).listen(9000);`;
    const readinessProbe = { grpc: { port: 9000 }, periodSeconds: 1, failureThreshold: 1 };
    const command = ["node", "-e", server];
    await create("grpc", { containers: [{ name: "app", image, command, readinessProbe }] });
    await podWhen("grpc", ({ status }) => status.containerStatuses?.[0].ready);
    const away = { livenessProbe: { exec: { command: ["touch", "away"] }, periodSeconds: 1 } };
    await create("grpc-away", { containers: [{ name: "app", image, command, readinessProbe, ...away }] });
    await until(async () =>
      (await eventsOf("grpc-away")).some(
        ({ message }) => message === 'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")',
      ),
    );
  });
});

describe("a pod", () => {
  it("runs its native sidecars beside its containers, waits for them to start, and ends without them", async () => {
    const sidecar = {
      ...sh("sleep 0.2; touch /shared/started; echo sidecar; sleep 1000"),
      name: "proxy",
      restartPolicy: "Always",
      startupProbe: { exec: { command: ["ls", "/shared/started"] }, periodSeconds: 1, failureThreshold: 100 },
      volumeMounts: [{ name: "shared", mountPath: "/shared" }],
    };
    await create("with-sidecar", {
      restartPolicy: "Never",
      initContainers: [sidecar],
      containers: [sh("ls /shared; sleep 0.5", { volumeMounts: [{ name: "shared", mountPath: "/shared" }] })],
      volumes: [{ name: "shared", emptyDir: {} }],
    });
    const running = await podWhen("with-sidecar", isRunning);
    expect(running.status.initContainerStatuses[0]).toMatchObject({ name: "proxy", started: true, ready: true });
    await podWhen("with-sidecar", (found) => found.status.phase === "Succeeded");
    expect(await log("with-sidecar", "?container=app")).toBe("started\n");
  });

  it("waits for a volume's missing ConfigMap, then sees it change in its files", async () => {
    const volumes = [{ name: "settings", configMap: { name: "colours" } }];
    const volumeMounts = [{ name: "settings", mountPath: "/etc/colours" }];
    const script = "while :; do cat /etc/colours/*; sleep 0.05; done";
    await create("reader", { volumes, containers: [sh(script, { volumeMounts })] });
    await until(async () =>
      (await eventsOf("reader")).some(
        ({ reason, message }) =>
          reason === "FailedMount" &&
          message === 'MountVolume.SetUp failed for volume "settings" : configmap "colours" not found',
      ),
    );
    expect((await pod("reader")).status.containerStatuses[0].state.waiting.reason).toBe("ContainerCreating");
    const maps = "/api/v1/namespaces/default/configmaps";
    await ground.call("POST", maps, { metadata: { name: "colours" }, data: { first: "red\n", second: "blue\n" } });
    await until(async () => (await podWhen("reader", isRunning)) && (await log("reader")).includes("red\nblue\n"));
    await ground.call(
      "PATCH",
      `${maps}/colours`,
      { data: { first: "green\n", second: null } },
      "application/merge-patch+json",
    );
    await until(async () => (await log("reader", "?tailLines=2")) === "green\ngreen\n");
  });

  it("past its deadline is failed", async () => {
    await create("late", { activeDeadlineSeconds: 1, containers: [sh("sleep 100")] });
    const { status } = await podWhen("late", (found) => found.status.phase === "Failed");
    expect(status.reason).toBe("DeadlineExceeded");
  });

  it.each([
    {
      what: "an emptyDir beyond its size",
      container: { volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] },
      volumes: [{ name: "scratch", emptyDir: { sizeLimit: "1Mi" } }],
      others: [],
      message: 'Usage of EmptyDir volume "scratch" exceeds the limit "1Mi". ',
    },
    {
      what: "more than its containers may together",
      container: { resources: { limits: { "ephemeral-storage": "1Mi" } } },
      volumes: [],
      others: [],
      message: "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ",
    },
    {
      what: "more in one container than that may",
      container: { resources: { limits: { "ephemeral-storage": "1Mi" } } },
      volumes: [],
      others: [{ name: "other", resources: { limits: { "ephemeral-storage": "10Mi" } } }],
      message: 'Container app exceeded its local ephemeral storage limit "1Mi". ',
    },
  ])("that writes $what is put out, and its files go with it", async ({ container, volumes, others, message }) => {
    const name = `full-${volumes.length}-${others.length}`;
    const fill = `mkdir -p /scratch; echo filling; sleep 0.5; head -c 3000000 /dev/zero > /scratch/zeros; sleep 100`;
    await create(name, { containers: [sh(fill, container), ...others.map((one) => sh("sleep 100", one))], volumes });
    const { status, metadata } = await podWhen(name, (found) => found.status.phase === "Failed");
    expect(status).toMatchObject({ reason: "Evicted", message });
    expect(status.containerStatuses[0].state.terminated.exitCode).toBeGreaterThan(128);
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Ready", reason: "PodFailed" }));
    expect(await eventsOf(name)).toContainEqual(
      expect.objectContaining({ type: "Warning", reason: "Evicted", message }),
    );
    await until(async () => (await log(name, "?container=app")).startsWith("unable to retrieve container logs for "));
    expect(existsSync(join(ground.home, "kubernetes", "node", "pods", metadata.uid, "volumes"))).toBe(false);
  });

  it("that fits no node says why, and is placed once it does", async () => {
    await create("huge", { containers: [sh("sleep 100", { resources: { requests: { cpu: "1000" } } })] });
    const refused = await podWhen("huge", (found) => found.status.conditions !== undefined);
    expect(refused.status.conditions[0]).toMatchObject({
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: expect.stringMatching(/^0\/1 nodes are available: 1 Insufficient cpu\. /),
    });
    await create("elsewhere", { nodeSelector: { disk: "fast" }, containers: [sh("sleep 100")] });
    await podWhen("elsewhere", (found) => found.status.conditions?.[0]?.reason === "Unschedulable");
    const labels = { metadata: { labels: { disk: "fast" } } };
    await ground.call("PATCH", "/api/v1/nodes/kepler-sandbox", labels, "application/merge-patch+json");
    await podWhen("elsewhere", isRunning);
  });
});

describe("Istio's injection", () => {
  const namespace = (name: string, labels: Json) =>
    ground.call("POST", "/api/v1/namespaces", { metadata: { name, labels } });
  const sidecarsOf = async (space: string, labels: Json = {}): Promise<string[]> => {
    const body = { metadata: { generateName: "web-", labels }, spec: { containers: [sh("sleep 100")] } };
    const created = await ground.call("POST", `/api/v1/namespaces/${space}/pods?dryRun=All`, body);
    return (created.body.spec.initContainers ?? []).map(({ name }: Json) => name);
  };
  beforeAll(async () => {
    await namespace("meshed", { "istio-injection": "enabled" });
    await namespace("revised", { "istio.io/rev": "default" });
    await namespace("spared", { "istio-injection": "disabled", "istio.io/rev": "default" });
    await namespace("silent", {});
  });

  it.each([
    ["meshed", {}, true],
    ["meshed", { "sidecar.istio.io/inject": "false" }, false],
    ["revised", {}, true],
    ["spared", {}, false],
    ["silent", {}, false],
    ["silent", { "sidecar.istio.io/inject": "true" }, true],
  ])("in the namespace %s with labels %o: %s", async (space, labels, injected) => {
    expect(await sidecarsOf(space, labels)).toEqual(injected ? ["istio-proxy"] : []);
  });

  it("gives a native sidecar that becomes ready before the pod's own containers start", async () => {
    await create("meshed", { containers: [sh("sleep 100")] }, { labels: { "sidecar.istio.io/inject": "true" } });
    const { status, metadata } = await podWhen("meshed", isRunning);
    expect(status.initContainerStatuses[0]).toMatchObject({ name: "istio-proxy", started: true });
    expect(metadata.annotations["sidecar.istio.io/status"]).toContain("istio-proxy");
    const ready = await fetch(`http://${status.podIP as string}:15021/healthz/ready`);
    expect(ready.status).toBe(200);
  });
});

describe("a virtual node", () => {
  beforeAll(async () => {
    await ground.call("POST", "/api/v1/nodes", {
      metadata: { name: "virtual-1", labels: { type: "kwok" }, annotations: { "kwok.x-k8s.io/node": "fake" } },
      spec: { taints: [{ key: "kwok.x-k8s.io/node", value: "fake", effect: "NoSchedule" }] },
    });
  });
  const virtual = (name: string, spec: Json = {}, annotations: Json = {}) =>
    create(
      name,
      {
        nodeSelector: { type: "kwok" },
        tolerations: [{ operator: "Exists" }],
        containers: [{ name: "app", image: "nowhere/app:1" }],
        ...spec,
      },
      { annotations },
    );
  const behave = (name: string, behaviour: string | null) =>
    ground.call(
      "PATCH",
      `${PODS}/${name}`,
      { metadata: { annotations: { "sandbox.kepler/behaviour": behaviour } } },
      "application/merge-patch+json",
    );

  it("runs pods without processes: ready, with figures, a log, and an end", async () => {
    await virtual("figment");
    const found = await podWhen("figment", isRunning);
    expect(found.spec.nodeName).toBe("virtual-1");
    expect(found.status.containerStatuses[0]).toMatchObject({ ready: true, restartCount: 0 });
    const samples = cadvisor()[0]?.samples ?? [];
    expect(samples.find(({ labels }) => labels.pod === "figment")?.labels.node).toBe("virtual-1");
    await until(async () => /^GET \/\S* 200 \d+ms$/m.test(await log("figment")));
    await ground.call("DELETE", `${PODS}/figment`);
    await until(async () => (await ground.call("GET", `${PODS}/figment`)).status === 404);
  });

  it("lets a pod be unready, lack its image or complete, as its annotation and policy say", async () => {
    await virtual("moody");
    await podWhen("moody", isRunning);
    await behave("moody", "unready");
    await podWhen("moody", (found) => found.status.containerStatuses[0].ready === false);
    await behave("moody", null);
    await podWhen("moody", (found) => found.status.containerStatuses[0].ready === true);
    await virtual("no-image", {}, { "sandbox.kepler/behaviour": "image-missing" });
    await podWhen(
      "no-image",
      (found) => found.status.containerStatuses?.[0].state.waiting?.reason === "ImagePullBackOff",
    );
    await virtual("once", { restartPolicy: "Never" });
    await podWhen("once", (found) => found.status.phase === "Succeeded");
  });

  it("lets a pod crash and be restarted after a back-off", async () => {
    await virtual("frail", {}, { "sandbox.kepler/behaviour": "crash" });
    const found = await podWhen(
      "frail",
      ({ status }) => status.containerStatuses?.[0].state.waiting?.reason === "CrashLoopBackOff",
    );
    expect(found.status.containerStatuses[0].lastState.terminated).toMatchObject({ exitCode: 1, reason: "Error" });
    expect((await eventsOf("frail")).map(({ reason }) => reason)).toContain("BackOff");
  });
});
