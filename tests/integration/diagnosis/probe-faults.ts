import { type Fault } from "./fault.ts";
import { own, serving, with1, withSpec } from "./fault-objects.ts";

/** It runs, and is not said to be ready. */
export const probeFaults: Fault[] = [
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
];
