import { type SeenPod } from "#lib/clusters/pod-rules";
import { type SeenWorkload } from "#lib/clusters/workload-rules";
import { plainSpec } from "./plain-spec.ts";

export const START = new Date("2026-01-01T00:00:00Z");
export const later = (seconds: number) => new Date(START.getTime() + seconds * 1000);
export const wanted = {
  number: 7,
  app: { name: "shop" },
  podRelease: 7,
  spec: plainSpec({ replicas: 2 }),
  paused: false,
  pausedMs: 0,
};
export const digest = wanted.spec.image.digest;

export const workload = (change: Partial<SeenWorkload> = {}): SeenWorkload => ({
  kind: "Deployment",
  uid: "w",
  namespace: "kepler-dev",
  name: "shop",
  appId: null,
  releaseNumber: 7,
  generation: 3,
  observedGeneration: 3,
  desired: 2,
  total: 2,
  updated: 2,
  ready: 2,
  available: 2,
  progressing: true,
  paused: false,
  reason: null,
  message: null,
  image: null,
  ...change,
});
export const pod = (change: Partial<SeenPod> = {}): SeenPod => ({
  uid: "p",
  namespace: "kepler-dev",
  name: "shop-abc-1",
  appId: null,
  keptBy: null,
  releaseNumber: 7,
  track: null,
  phase: "Running",
  status: "Running",
  message: null,
  ready: true,
  terminating: false,
  restarts: 0,
  nodeName: "node-1",
  podIp: "127.64.0.2",
  meshProxy: null,
  configObjects: [],
  imageDigest: digest,
  containers: [],
  claims: [],
  createdAt: START,
  ...change,
});
export const container = {
  name: "shop",
  kind: "container" as const,
  ready: false,
  state: "waiting" as const,
  reason: null,
  message: null,
  exitCode: null,
  startedAt: null,
  lastMessage: null,
  lastFinishedAt: null,
  cpuRequestMillis: null,
  cpuLimitMillis: null,
  memoryRequestBytes: null,
  memoryLimitBytes: null,
  ports: [],
  probes: { startup: null, readiness: null, liveness: null },
};
export const crashed = (restarts: number) =>
  pod({
    ready: false,
    status: "CrashLoopBackOff",
    restarts,
    containers: [{ ...container, restarts, lastReason: "Error", lastExitCode: 7 }],
  });
