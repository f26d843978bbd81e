import { type ApplyObject } from "#lib/clients/kubernetes/client";
import { type FindingAction, type FindingRule } from "#lib/diagnosis/schema";
import {
  deployment,
  ended,
  NOWHERE,
  node,
  object,
  onNode,
  own,
  serving,
  with1,
  withSpec,
  withVolume,
} from "./fault-objects.ts";
import { type Ground } from "./fault-world.ts";

export type Fault = {
  /** The table's line: what is done to the cluster. */
  name: string;
  objects(ground: Ground): ApplyObject[];
  /** Written by hand as the kubelet of a broken node would: onto the status of what was applied. */
  statuses?(ground: Ground): { object: ApplyObject; status: Record<string, unknown> }[];
  rule: FindingRule;
  sentence: RegExp;
  evidence: RegExp;
  action: Partial<FindingAction>;
  /** Applied once a pod of the first objects is ready. */
  next?(ground: Ground): ApplyObject[];
  /** The sandbox's fault rule that it needs: a real cluster's registry is not ours to break. */
  outOfOrder?(ground: Ground): Record<string, unknown>;
};

/** Every fault that can be made through the API, what is said of it, on what grounds, and the way on. */
export const FAULTS: Fault[] = [
  {
    name: "an image that the registry does not have",
    objects: (ground) => with1({ image: `${ground.registry}/faults/node@${NOWHERE}` })(ground),
    rule: "image",
    sentence: /cannot pull the image of t-\w+: it is not in the registry/,
    evidence: /not found/,
    action: { kind: "build" },
  },
  {
    name: "an image for another processor",
    objects: (ground) => with1({ image: ground.foreignImage })(ground),
    rule: "image",
    sentence: /it is not built for the nodes' platform/,
    evidence: /no match for platform|exec format error/,
    action: { kind: "build" },
  },
  {
    name: "an image name that cannot be one",
    objects: with1({ image: "Not-A-Name:latest" }),
    rule: "image",
    sentence: /its name is not valid \(InvalidImageName\)/,
    evidence: /couldn't parse image name/,
    action: { kind: "build" },
  },
  {
    name: "a registry that does not let the cluster in",
    objects: (ground) => with1({ image: `${ground.registry}/faults/denied@${NOWHERE}` })(ground),
    outOfOrder: () => ({ system: "registry", kind: "answer", path: "/v2/faults/denied/", status: 401 }),
    rule: "image",
    sentence: /the registry does not let the cluster read it/,
    evidence: /denied/,
    action: { kind: "ask" },
  },
  {
    name: "a registry that takes no more requests",
    objects: (ground) => with1({ image: `${ground.registry}/faults/limited@${NOWHERE}` })(ground),
    outOfOrder: () => ({
      ...{ system: "registry", kind: "answer", path: "/v2/faults/limited/", status: 429 },
      body: "toomanyrequests: You have reached your pull rate limit.",
    }),
    rule: "image",
    sentence: /the registry takes no more requests for now/,
    evidence: /429/,
    action: { kind: "ask" },
  },
  {
    name: "a program that ends with an error",
    objects: with1(ended(`console.error("no database here");process.exit(7)`)),
    rule: "crash",
    sentence: /starts and ends again and again \(\d+ restarts?, exit code 7\)/,
    evidence: /no database here/,
    action: { kind: "log", previous: true },
  },
  {
    name: "a program that is done at once",
    objects: with1(ended(`process.exit(0)`)),
    rule: "crash",
    sentence: /starts and ends again and again \(\d+ restarts?, exit code 0\)/,
    evidence: /Completed · exit code 0/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "a command that the image does not have",
    objects: with1({ command: ["/no/such/program"] }),
    rule: "crash",
    sentence: /cannot be started: .*no such file or directory/,
    evidence: /no such file or directory/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "an init container that fails",
    objects: (ground) => {
      const init = {
        ...own(ground),
        name: "migrate",
        command: ["node", "-e", `console.log("table is locked");process.exit(3)`],
      };
      return withSpec({ initContainers: [init] })(ground);
    },
    rule: "crash",
    sentence: /The init container migrate of t-\S+ does not get done \(\d+ restarts?, exit code 3\)/,
    evidence: /table is locked/,
    action: { kind: "log" },
  },
  {
    name: "more memory than the limit",
    objects: with1({
      ...ended(`const held=[];setInterval(()=>held.push(Buffer.alloc(32*2**20,1)),50)`),
      resources: { requests: { memory: "64Mi" }, limits: { memory: "128Mi" } },
    }),
    rule: "memory",
    sentence: /was ended for holding more than its 128Mi of memory/,
    evidence: /OOMKilled/,
    action: { kind: "settings", section: "size", field: "resources.memoryLimitBytes" },
  },
  {
    name: "a readiness probe that gets 503",
    objects: with1({
      command: serving(503),
      readinessProbe: { httpGet: { path: "/healthz", port: 8080 }, periodSeconds: 1 },
    }),
    rule: "probe",
    sentence: /runs but is not ready: its readiness probe asks GET :8080\/healthz and got status 503/,
    evidence: /statuscode: 503/,
    action: { kind: "settings", section: "health", field: "readinessProbe" },
  },
  {
    name: "a readiness probe where nothing listens",
    objects: with1({ readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } }),
    rule: "probe",
    sentence: /asks TCP :8080 and got no connection: nothing listens there/,
    evidence: /connection refused/,
    action: { kind: "settings", section: "health", field: "readinessProbe" },
  },
  {
    name: "a liveness probe that gets 500",
    objects: with1({
      command: serving(500),
      livenessProbe: { httpGet: { path: "/live", port: 8080 }, periodSeconds: 1, failureThreshold: 2 },
    }),
    rule: "probe",
    sentence: /is restarted by its liveness probe: it asks GET :8080\/live and got status 500/,
    evidence: /statuscode: 500/,
    action: { kind: "settings", section: "health", field: "livenessProbe" },
  },
  {
    name: "a start that takes longer than the liveness probe waits",
    objects: with1({
      command: ["node", "-e", `setTimeout(()=>require("http").createServer().listen(8080),600000)`],
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
      livenessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 3 },
    }),
    rule: "slow-start",
    sentence: /is ended before it is up: its liveness probe gives it 3 seconds/,
    evidence: /Liveness probe failed/,
    action: { kind: "settings", section: "health", field: "livenessProbe" },
  },
  {
    name: "more CPU than any node has",
    objects: with1({ resources: { requests: { cpu: "900" } } }),
    rule: "scheduling",
    sentence: /No node can take t-\S+ Too little CPU is left on \d+ of \d+ nodes\./,
    evidence: /Insufficient cpu/,
    action: { kind: "settings", section: "size", field: "resources.cpuRequestMillis" },
  },
  {
    name: "a placement that no node fits",
    objects: withSpec({ nodeSelector: { "kepler.dev/no-such": "node" } }),
    rule: "scheduling",
    sentence: /Its placement rules exclude \d+ of \d+ nodes\./,
    evidence: /didn't match Pod's node affinity\/selector/,
    action: { kind: "settings", section: "placement" },
  },
  {
    name: "a quota that is used up",
    objects: (ground) => [
      object(ground, "v1", "ResourceQuota", { hard: { "requests.ephemeral-storage": "1Mi" } }),
      ...with1({ resources: { requests: { "ephemeral-storage": "2Mi" } } })(ground),
    ],
    rule: "quota",
    sentence:
      /The quota t-\S+ refuses another pod: it asks for 2Mi of requests\.ephemeral-storage, and 0 of 1Mi are used/,
    evidence: /exceeded quota/,
    action: { kind: "ask" },
  },
  {
    name: "a ConfigMap that is not there",
    objects: with1({ envFrom: [{ configMapRef: { name: "no-such-config" } }] }),
    rule: "config",
    sentence: /needs the ConfigMap no-such-config, which is not there/,
    evidence: /configmap "no-such-config" not found/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "a Secret that lacks a key",
    objects: (ground) => [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: ground.name, namespace: ground.namespace },
        stringData: { other: "x" },
      },
      ...with1({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: ground.name, key: "password" } } }] })(ground),
    ],
    rule: "config",
    sentence: /needs the key password of the Secret t-\S+, which is not there/,
    evidence: /couldn't find key password in Secret/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "a mounted Secret that is not there",
    objects: withVolume({ secret: { secretName: "no-such-secret" } }),
    rule: "config",
    sentence: /needs the Secret no-such-secret, which is not there/,
    evidence: /FailedMount/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "a claim that is not there",
    objects: withVolume({ persistentVolumeClaim: { claimName: "no-such-claim" } }),
    rule: "config",
    sentence: /needs the PersistentVolumeClaim no-such-claim, which is not there/,
    evidence: /persistentvolumeclaim "no-such-claim" not found/,
    action: { kind: "settings", section: "storage" },
  },
  {
    name: "a claim whose storage class does not exist",
    objects: (ground) => [
      object(ground, "v1", "PersistentVolumeClaim", {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "no-such-class",
        resources: { requests: { storage: "1Gi" } },
      }),
      ...withVolume({ persistentVolumeClaim: { claimName: ground.name } })(ground),
    ],
    rule: "volume",
    sentence: /The claim t-\S+ has no volume yet: .*no-such-class/,
    evidence: /ProvisioningFailed/,
    action: { kind: "settings", section: "storage" },
  },
  {
    name: "a volume that cannot be mounted",
    objects: withVolume({ hostPath: { path: "/no/such/folder", type: "Directory" } }),
    rule: "volume",
    sentence: /The volume data does not come to t-\S+ \(FailedMount\)/,
    evidence: /hostPath type check failed/,
    action: { kind: "ask" },
  },
  {
    name: "a sidecar that is not ready",
    objects: (ground) => {
      const helper = {
        ...own(ground),
        name: "helper",
        restartPolicy: "Always",
        readinessProbe: { exec: { command: ["node", "-e", "process.exit(1)"] }, periodSeconds: 1 },
      };
      return withSpec({ initContainers: [helper] })(ground);
    },
    rule: "sidecar",
    sentence: /The sidecar helper of t-\S+ is not ready, so no traffic reaches the pod/,
    evidence: /Readiness probe failed|running/,
    action: { kind: "log" },
  },
  {
    name: "a Service that names a port which no container has",
    objects: (ground) => [
      ...with1({ ports: [{ name: "http", containerPort: 8080 }] })(ground),
      object(ground, "v1", "Service", {
        selector: { "kepler.dev/app": ground.labels["kepler.dev/app"] },
        ports: [{ port: 80, targetPort: "web" }],
      }),
    ],
    rule: "port",
    sentence: /The Service t-\S+ sends port 80 on to web, and the pods' containers have http 8080/,
    evidence: /targetPort web/,
    action: { kind: "settings", section: "ports" },
  },
  {
    name: "a Service that selects nobody",
    objects: (ground) => [
      ...with1({})(ground),
      object(ground, "v1", "Service", { selector: { app: "somebody-else" }, ports: [{ port: 80 }] }),
    ],
    rule: "port",
    sentence: /finds none of the pods that are ready \(1\): its selector does not fit their labels/,
    evidence: /selector app=somebody-else/,
    action: { kind: "restart" },
  },
  {
    name: "a route to a port that the Service does not have",
    objects: (ground) => [
      ...with1({})(ground),
      object(ground, "v1", "Service", {
        selector: { "kepler.dev/app": ground.labels["kepler.dev/app"] },
        ports: [{ port: 80 }],
      }),
      object(ground, "networking.k8s.io/v1", "Ingress", {
        rules: [
          {
            host: `${ground.name}.example.com`,
            http: {
              paths: [
                { path: "/", pathType: "Prefix", backend: { service: { name: ground.name, port: { number: 81 } } } },
              ],
            },
          },
        ],
      }),
    ],
    rule: "route",
    sentence: /The route t-\S+ sends to port 81 of the Service t-\S+, which has no such port/,
    evidence: /:81/,
    action: { kind: "restart" },
  },
  {
    name: "an autoscaler of pods that cannot be measured",
    objects: (ground) => [
      ...with1({ resources: {} })(ground),
      object(ground, "autoscaling/v2", "HorizontalPodAutoscaler", {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: ground.name },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
        ],
      }),
    ],
    rule: "autoscaler",
    sentence: /The autoscaler t-\S+ cannot measure the pods/,
    evidence: /FailedGetResourceMetric/,
    action: { kind: "settings", section: "scale" },
  },
  {
    name: "a node that is not ready",
    objects: (ground) => [node(ground), ...onNode(ground)],
    statuses: (ground) => [
      {
        object: node(ground),
        status: {
          conditions: [{ type: "Ready", status: "False", reason: "KubeletNotReady", message: "PLEG is not healthy" }],
        },
      },
    ],
    rule: "node",
    sentence: /The node t-\S+ is not ready, with 1 pod of this service on it/,
    evidence: /PLEG is not healthy/,
    action: { kind: "ask" },
  },
  {
    name: "a node that runs short of memory",
    objects: (ground) => [node(ground), ...onNode(ground)],
    statuses: (ground) => [
      {
        object: node(ground),
        status: {
          conditions: [
            { type: "Ready", status: "True" },
            { type: "MemoryPressure", status: "True", reason: "KubeletHasInsufficientMemory" },
          ],
        },
      },
    ],
    rule: "node",
    sentence: /The node t-\S+ runs short of memory, with 1 pod of this service on it/,
    evidence: /KubeletHasInsufficientMemory/,
    action: { kind: "ask" },
  },
  {
    name: "a rollout whose new pods never come, while old ones stay",
    objects: (ground) => [deployment(ground, { containers: [own(ground)] }, { progressDeadlineSeconds: 3 })],
    next: (ground) => {
      const missing = own(ground, { image: `${ground.registry}/faults/node@${NOWHERE}` });
      return [deployment(ground, { containers: [missing] }, { progressDeadlineSeconds: 3 })];
    },
    rule: "rollout",
    sentence: /The new pods do not get through: 0 of 1 are ready, and 1 of the version before \(t-\S+\) stay/,
    evidence: /ProgressDeadlineExceeded/,
    action: { kind: "rollback" },
  },
];
