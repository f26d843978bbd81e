import { type SeenContainer } from "#lib/clusters/container-rules";
import { type SeenEvent } from "#lib/clusters/event-rules";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { diagnose } from "#lib/diagnosis/diagnosis-rules";
import { type Scene, sceneOfPods } from "#lib/diagnosis/scene-schema";

export const NOW = new Date("2026-01-01T12:00:00Z");
export const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);
export const DIGEST = `sha256:${"a".repeat(64)}`;

/** A container that runs well; each test says what differs. */
export const container = (change: Partial<SeenContainer> = {}): SeenContainer => ({
  ...{ name: "shop", kind: "container", ready: true, restarts: 0, state: "running" },
  ...{ reason: null, message: null, exitCode: null, startedAt: ago(600).toISOString() },
  ...{ lastReason: null, lastExitCode: null, lastMessage: null, lastFinishedAt: null },
  ...{ cpuRequestMillis: 100, cpuLimitMillis: 500 },
  ...{ memoryRequestBytes: 64 * 1024 ** 2, memoryLimitBytes: 128 * 1024 ** 2 },
  ports: [{ name: "http", port: 8080 }],
  probes: { startup: null, readiness: null, liveness: null },
  ...change,
});

export const pod = (change: Partial<SeenPod> = {}, ...containers: Partial<SeenContainer>[]): SeenPod => ({
  ...{
    uid: "u1",
    namespace: "kepler-dev",
    name: "shop-1",
    appId: null,
    keptBy: null,
    releaseNumber: 1,
    track: null,
    phase: "Running",
  },
  ...{ status: "Running", message: null, terminating: false, restarts: 0, nodeName: "node-1", podIp: null },
  ...{ meshProxy: null, imageDigest: DIGEST, configObjects: [], claims: [], createdAt: ago(600) },
  containers: (containers.length > 0 ? containers : [{}]).map(container),
  ready: containers.every(({ ready = true }) => ready),
  ...change,
});

export const event = (reason: string, message: string, change: Partial<SeenEvent> = {}): SeenEvent => ({
  ...{ uid: `${reason} ${message}`, namespace: "kepler-dev", involvedKind: "Pod", involvedName: "shop-1" },
  ...{ type: "Warning", reason, message, count: 1, firstAt: ago(60), lastAt: ago(10) },
  ...change,
});

/** What is said of a scene, as sentences with their rule. */
export const told = (scene: Partial<Scene>): string[] =>
  diagnose({ ...sceneOfPods([], NOW), app: "shop", container: "shop", ...scene }).map(
    ({ rule, error }) => `${rule}: ${error.message}`,
  );
