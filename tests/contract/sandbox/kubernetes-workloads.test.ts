import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ground, type Json, startGround, until } from "./kubernetes-ground.ts";

const NS = "/namespaces/default";
const PODS = `/api/v1${NS}/pods`;
const CLAIMS = `/api/v1${NS}/persistentvolumeclaims`;
const JOBS = `/apis/batch/v1${NS}/jobs`;
const CRON_JOBS = `/apis/batch/v1${NS}/cronjobs`;
const SETS = `/apis/apps/v1${NS}/statefulsets`;
const MERGE = "application/merge-patch+json";

let ground: Ground;
let image: string;
beforeAll(async () => {
  ground = await startGround();
  image = await ground.pushImage("tools", { "app/README": "tools\n" }, { WorkingDir: "/app" });
});
afterAll(() => ground.stop());

const get = async (path: string): Promise<Json> => (await ground.call("GET", path)).body;
const when = (path: string, holds: (found: Json) => unknown): Promise<Json> =>
  until(async () => {
    const found = await get(path);
    return found.metadata?.name !== undefined && holds(found) ? found : undefined;
  });
const podsWith = async (label: string): Promise<Json[]> =>
  (await get(`${PODS}?labelSelector=${encodeURIComponent(label)}`)).items;
const condition = (found: Json, type: string): Json =>
  found.status.conditions?.find((each: Json) => each.type === type && each.status === "True");
const reasonsOf = async (name: string): Promise<string[]> => {
  const { items } = await get(`/api/v1${NS}/events?fieldSelector=involvedObject.name%3D${name}`);
  return items.map(({ reason }: Json) => reason);
};
const template = (script: string, more: Json = {}, labels: Json = {}): Json => ({
  metadata: { labels },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: "app", image, command: ["sh", "-c", script] }],
    ...more,
  },
});

describe("a Job", () => {
  const job = (name: string, script: string, spec: Json = {}, pod: Json = {}) =>
    ground.call("POST", JOBS, {
      metadata: { name },
      spec: { template: template(script, { restartPolicy: "Never", ...pod }), ...spec },
    });

  it("runs its pods side by side until enough have succeeded, each with its index", async () => {
    await job("indexed", "echo $JOB_COMPLETION_INDEX", { completions: 3, parallelism: 2, completionMode: "Indexed" });
    const done = await when(`${JOBS}/indexed`, (found) => condition(found, "Complete"));
    expect(done.status).toMatchObject({ succeeded: 3, completedIndexes: "0-2", ready: 0 });
    expect(done.status.completionTime).toBeDefined();
    const pods = await podsWith("job-name=indexed");
    const logs = pods.map(async (pod) => (await ground.call("GET", `${PODS}/${pod.metadata.name as string}/log`)).body);
    expect((await Promise.all(logs)).sort()).toEqual(["0\n", "1\n", "2\n"]);
    expect(pods.every((pod) => pod.metadata.finalizers === undefined)).toBe(true);
    expect(await reasonsOf("indexed")).toEqual(expect.arrayContaining(["SuccessfulCreate", "Completed"]));
  });

  it("tries again after failures until its back-off limit", async () => {
    await job("failing", "exit 4", { backoffLimit: 1 });
    const failed = await when(`${JOBS}/failing`, (found) => condition(found, "Failed"));
    expect(condition(failed, "Failed")).toMatchObject({
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit",
    });
    expect(failed.status.failed).toBe(2);
  });

  it("counts a pod that is taken from it as failed and replaces it", async () => {
    await job("robbed", "sleep 100");
    const [pod] = await until(async () => {
      const pods = await podsWith("job-name=robbed");
      return pods[0]?.status.phase === "Running" ? pods : undefined;
    });
    await ground.call("DELETE", `${PODS}/${pod?.metadata.name as string}`);
    await when(`${JOBS}/robbed`, (found) => found.status.failed === 1 && found.status.active === 1);
    await ground.call("DELETE", `${JOBS}/robbed`);
    await until(async () => (await podsWith("job-name=robbed")).length === 0);
  });

  it("fails past its deadline, stops while suspended, and goes after its time to live", async () => {
    await job("late", "sleep 100", { activeDeadlineSeconds: 1 });
    await job("paused", "exit 0", { suspend: true, ttlSecondsAfterFinished: 0 });
    const paused = await when(`${JOBS}/paused`, (found) => condition(found, "Suspended"));
    expect(paused.status.startTime).toBeUndefined();
    expect(await podsWith("job-name=paused")).toEqual([]);
    await ground.call("PATCH", `${JOBS}/paused`, { spec: { suspend: false } }, MERGE);
    await until(async () => (await ground.call("GET", `${JOBS}/paused`)).status === 404);
    const late = await when(`${JOBS}/late`, (found) => condition(found, "Failed"));
    expect(condition(late, "Failed").reason).toBe("DeadlineExceeded");
    await until(async () => (await podsWith("job-name=late")).length === 0);
  });
});

describe("a CronJob", () => {
  const cron = (name: string, spec: Json) =>
    ground.call("POST", CRON_JOBS, {
      metadata: { name },
      spec: { jobTemplate: { spec: { template: template("exit 0", { restartPolicy: "Never" }) } }, ...spec },
    });

  it("starts a job that was due, and none while it is suspended", async () => {
    await cron("ticking", { schedule: "* * * * *", suspend: true });
    // As if the last run had been five minutes ago.
    const lastScheduleTime = new Date(Date.now() - 300_000).toISOString().replace(/\.\d+/, "");
    await ground.call("PATCH", `${CRON_JOBS}/ticking/status`, { status: { lastScheduleTime } }, MERGE);
    expect((await get(JOBS)).items.some(({ metadata }: Json) => metadata.name.startsWith("ticking"))).toBe(false);
    await ground.call("PATCH", `${CRON_JOBS}/ticking`, { spec: { suspend: false } }, MERGE);
    const ran = await when(`${CRON_JOBS}/ticking`, (found) => found.status.lastSuccessfulTime);
    const due = Math.floor(Date.parse(ran.status.lastScheduleTime) / 60_000);
    expect(Date.now() - due * 60_000).toBeLessThan(120_000);
    const made = await get(`${JOBS}/ticking-${due}`);
    expect(made.metadata.ownerReferences[0]).toMatchObject({ kind: "CronJob", name: "ticking" });
    expect(await reasonsOf("ticking")).toEqual(expect.arrayContaining(["SuccessfulCreate", "SawCompletedJob"]));
  });
});

describe("a StatefulSet", () => {
  const labels = { app: "db" };
  const create = async (name: string, spec: Json = {}) => {
    const answer = await ground.call("POST", SETS, {
      metadata: { name },
      spec: {
        replicas: 2,
        serviceName: name,
        selector: { matchLabels: labels },
        template: template("echo $HOSTNAME >>/data/names; sleep 1000", {}, labels),
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: {
              accessModes: ["ReadWriteOnce"],
              storageClassName: "standard",
              resources: { requests: { storage: "1Gi" } },
            },
          },
        ],
        ...spec,
      },
    });
    expect(answer.body).toMatchObject({ kind: "StatefulSet" });
  };
  const withMount = (): Json => {
    const made = template("echo $HOSTNAME >>/data/names; sleep 1000", {}, labels);
    made.spec.containers[0].volumeMounts = [{ name: "data", mountPath: "/data" }];
    return made;
  };

  it("makes numbered pods in order, each with a claim that outlives it", async () => {
    await create("db", { template: withMount() });
    const set = await when(`${SETS}/db`, (found) => found.status.readyReplicas === 2);
    expect(set.status).toMatchObject({ replicas: 2, currentReplicas: 2, updatedReplicas: 2, availableReplicas: 2 });
    const pods = await podsWith("app=db");
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(["db-0", "db-1"]);
    const ready = pods.map(
      (pod) => pod.status.conditions.find(({ type }: Json) => type === "Ready").lastTransitionTime,
    );
    expect(Date.parse(pods[1]?.metadata.creationTimestamp)).toBeGreaterThanOrEqual(Date.parse(ready[0]));

    await ground.call("DELETE", `${PODS}/db-1`);
    const again = await when(
      `${PODS}/db-1`,
      (found) => found.metadata.uid !== pods[1]?.metadata.uid && found.status.phase === "Running",
    );
    expect(again.spec.hostname).toBe("db-1");
    const claim = await get(`${CLAIMS}/data-db-1`);
    expect(claim.status).toMatchObject({ phase: "Bound", capacity: { storage: "1Gi" } });
    const volume = await get(`/api/v1/persistentvolumes/${claim.spec.volumeName as string}`);
    await until(async () => readFileSync(join(volume.spec.hostPath.path, "names"), "utf8") === "db-1\ndb-1\n");
  });

  it("rolls a change out from the highest number down to its partition", async () => {
    const changed = withMount();
    changed.spec.containers[0].env = [{ name: "VERSION", value: "2" }];
    const updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 1 } };
    await ground.call("PATCH", `${SETS}/db`, { spec: { template: changed, updateStrategy } }, MERGE);
    const half = await when(`${SETS}/db`, ({ status }) => status.updatedReplicas === 1 && status.readyReplicas === 2);
    expect(half.status.currentRevision).not.toBe(half.status.updateRevision);
    const [first, second] = await podsWith("app=db");
    expect(first?.spec.containers[0].env).toBeUndefined();
    expect(second?.spec.containers[0].env[0].value).toBe("2");
    await ground.call("PATCH", `${SETS}/db`, { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } }, MERGE);
    const whole = await when(`${SETS}/db`, ({ status }) => status.updatedReplicas === 2 && status.readyReplicas === 2);
    expect(whole.status.currentRevision).toBe(whole.status.updateRevision);
  });

  it("is scaled down from the end and keeps its claims", async () => {
    await ground.call("PATCH", `${SETS}/db/scale`, { spec: { replicas: 1 } }, MERGE);
    await until(async () => (await podsWith("app=db")).length === 1);
    expect((await podsWith("app=db"))[0]?.metadata.name).toBe("db-0");
    expect((await get(CLAIMS)).items).toHaveLength(2);
    expect(await reasonsOf("db")).toEqual(expect.arrayContaining(["SuccessfulCreate", "SuccessfulDelete"]));
  });
});

describe("a claim", () => {
  const claim = (name: string, spec: Json = {}) =>
    ground.call("POST", CLAIMS, {
      metadata: { name },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "standard",
        resources: { requests: { storage: "5Mi" } },
        ...spec,
      },
    });

  it("waits for its first pod, is kept while that uses it, and takes its volume with it", async () => {
    await claim("late");
    await until(async () => (await reasonsOf("late")).includes("WaitForFirstConsumer"));
    await ground.call("POST", PODS, {
      ...template("sleep 100", { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "late" } }] }),
      metadata: { name: "user" },
    });
    await when(`${PODS}/user`, (found) => found.status.phase === "Running");
    const bound = await get(`${CLAIMS}/late`);
    expect(bound.status.phase).toBe("Bound");
    await ground.call("DELETE", `${CLAIMS}/late`);
    expect((await get(`${CLAIMS}/late`)).metadata.finalizers).toEqual(["kubernetes.io/pvc-protection"]);
    await ground.call("DELETE", `${PODS}/user`);
    await until(async () => (await ground.call("GET", `${CLAIMS}/late`)).status === 404);
    const volume = `/api/v1/persistentvolumes/${bound.spec.volumeName as string}`;
    await until(async () => (await ground.call("GET", volume)).status === 404);
  });

  it("of a disk that another node holds keeps its pod waiting until the holder is gone", async () => {
    const attachments = async () =>
      (await get("/apis/storage.k8s.io/v1/volumeattachments")).items.map(({ spec, status }: Json) => [
        spec.nodeName,
        spec.source.persistentVolumeName,
        status.attached,
      ]);
    const toldOf = async (name: string): Promise<string[]> => {
      const { items } = await get(`/api/v1${NS}/events?fieldSelector=involvedObject.name%3D${name}`);
      return items
        .filter(({ source }: Json) => source.component === "attachdetach-controller")
        .map(({ type, reason, message }: Json) => `${type} ${reason}: ${message}`);
    };
    const user = (name: string, spec: Json) => {
      const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "shared" } }];
      const pod = template("echo mine > /data/mine; cat /data/*; sleep 100", { volumes, ...spec });
      pod.spec.containers[0].volumeMounts = [{ name: "data", mountPath: "/data" }];
      return ground.call("POST", PODS, { ...pod, metadata: { name } });
    };
    const far = { name: "far", labels: { place: "far" }, annotations: { "kwok.x-k8s.io/node": "fake" } };
    const taints = [{ key: "far", effect: "NoSchedule" }];
    await ground.call("POST", "/api/v1/nodes", { metadata: far, spec: { taints } });
    await claim("shared", { storageClassName: "disk" });
    await user("holder", { nodeSelector: { place: "far" }, tolerations: [{ operator: "Exists" }] });
    await when(`${PODS}/holder`, (found) => found.status.phase === "Running");
    const volume = (await get(`${CLAIMS}/shared`)).spec.volumeName as string;
    expect(await attachments()).toEqual([["far", volume, true]]);

    await user("second", {});
    const refused = `Warning FailedAttachVolume: Multi-Attach error for volume "${volume}" Volume is already used by pod(s) holder`;
    await until(async () => (await toldOf("second")).includes(refused));
    const { status } = await get(`${PODS}/second`);
    expect(status.containerStatuses[0].state.waiting.reason).toBe("ContainerCreating");

    await ground.call("DELETE", `${PODS}/holder`);
    await when(`${PODS}/second`, (found) => found.status.phase === "Running");
    const attached = `Normal SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "${volume}" `;
    expect((await toldOf("second")).sort()).toEqual([attached, refused]);
    expect(await attachments()).toEqual([["kepler-sandbox", volume, true]]);
    await until(async () => (await ground.call("GET", `${PODS}/second/log`)).body === "mine\n");
    await ground.call("DELETE", `${PODS}/second`);
    await until(async () => (await attachments()).length === 0);
  });

  it("of a class that is not there keeps its pod from being scheduled", async () => {
    await claim("nowhere", { storageClassName: "fast" });
    await ground.call("POST", PODS, {
      ...template("sleep 100", { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "nowhere" } }] }),
      metadata: { name: "waiter" },
    });
    const pod = await when(`${PODS}/waiter`, (found) => found.status.conditions);
    expect(pod.status.conditions[0].message).toContain("pod has unbound immediate PersistentVolumeClaims");
    expect(await reasonsOf("nowhere")).toContain("ProvisioningFailed");
  });
});

describe("a HorizontalPodAutoscaler", () => {
  const DEPLOYMENTS = `/apis/apps/v1${NS}/deployments`;
  const AUTOSCALERS = `/apis/autoscaling/v2${NS}/horizontalpodautoscalers`;
  const deploy = (name: string, container: Json) =>
    ground.call("POST", DEPLOYMENTS, {
      metadata: { name },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "app", image, ...container }] },
        },
      },
    });
  const autoscale = (name: string) =>
    ground.call("POST", AUTOSCALERS, {
      metadata: { name },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 10 } },
      },
    });

  it("adds pods while the measured time is above its target, up to its limit, and takes them away afterwards", async () => {
    const busy = { command: ["sh", "-c", "while :; do :; done"], resources: { requests: { cpu: "50m" } } };
    await deploy("busy", busy);
    await autoscale("busy");
    await until(async () => (await get(`${DEPLOYMENTS}/busy`)).spec.replicas === 3);
    const grown = await when(`${AUTOSCALERS}/busy`, ({ status }) => status.currentReplicas === 3);
    expect(grown.status.currentMetrics[0].resource.current.averageUtilization).toBeGreaterThan(50);
    expect(condition(grown, "ScalingLimited").reason).toBe("TooManyReplicas");
    expect(await reasonsOf("busy")).toContain("SuccessfulRescale");

    const idle = { name: "app", command: ["sh", "-c", "sleep 1000"] };
    const patch = { spec: { template: { spec: { containers: [idle] } } } };
    await ground.call("PATCH", `${DEPLOYMENTS}/busy`, patch, "application/strategic-merge-patch+json");
    await until(async () => (await get(`${DEPLOYMENTS}/busy`)).spec.replicas === 1, 30_000);
  });

  it("says what it cannot measure", async () => {
    await deploy("unasked", { command: ["sh", "-c", "while :; do :; done"] });
    await autoscale("unasked");
    const found = await when(`${AUTOSCALERS}/unasked`, ({ status }) =>
      status.conditions?.some((each: Json) => /missing request for cpu in container app of Pod/.test(each.message)),
    );
    expect(found.status.conditions.find(({ type }: Json) => type === "ScalingActive")).toMatchObject({
      status: "False",
      reason: "FailedGetResourceMetric",
    });
    await autoscale("nobody");
    await when(`${AUTOSCALERS}/nobody`, ({ status }) => status.conditions?.[0].reason === "FailedGetScale");
    await ground.call("DELETE", `${DEPLOYMENTS}/unasked`);
  });
});
