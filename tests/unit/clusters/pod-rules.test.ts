import { expect, test } from "vitest";
import { seePod } from "#lib/clusters/pod-rules";
import { containerView } from "#lib/clusters/schema";

const APP = "0190b6a0-0000-7000-8000-000000000001";
const DIGEST = `sha256:${"a".repeat(64)}`;

function podObject(status: Record<string, unknown>, metadata: Record<string, unknown> = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      uid: "u1",
      name: "shop-1",
      namespace: "kepler-dev",
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { "kepler.dev/app": APP, "kepler.dev/release": "7" },
      ...metadata,
    },
    spec: { nodeName: "node-1", containers: [{ name: "shop" }, { name: "istio-proxy" }] },
    status,
  };
}
const ready = [{ type: "Ready", status: "True" }];
const running = (name: string, imageID = "") => ({
  name,
  ready: true,
  restartCount: 0,
  imageID,
  state: { running: {} },
});

test("a running pod tells its release, readiness and the digest of the app's own container", () => {
  const statuses = [
    running("istio-proxy", `x@sha256:${"b".repeat(64)}`),
    running("shop", `127.0.0.1:7103/shop@${DIGEST}`),
  ];
  expect(seePod(podObject({ phase: "Running", conditions: ready, containerStatuses: statuses }))).toMatchObject({
    appId: APP,
    releaseNumber: 7,
    status: "Running",
    ready: true,
    imageDigest: DIGEST,
  });
});

test("a pod that is going away is Terminating and no longer ready, whatever its conditions say", () => {
  const object = podObject({ phase: "Running", conditions: ready }, { deletionTimestamp: "2026-01-01T00:01:00Z" });
  expect(seePod(object)).toMatchObject({ status: "Terminating", ready: false, terminating: true });
});

test("the reason that keeps a container waiting is the pod's status, with the cluster's message", () => {
  const waiting = { reason: "ImagePullBackOff", message: "manifest unknown" };
  const statuses = [{ name: "shop", ready: false, restartCount: 0, state: { waiting } }];
  expect(seePod(podObject({ phase: "Pending", containerStatuses: statuses }))).toMatchObject({
    status: "ImagePullBackOff",
    message: "manifest unknown",
  });
});

test("a pod that its node has put out says why it was, not how its container then ended", () => {
  const terminated = { exitCode: 137, reason: "Error", message: "last words" };
  const status = { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory. " };
  const seen = seePod(podObject({ ...status, containerStatuses: [{ name: "shop", state: { terminated } }] }));
  expect(seen).toMatchObject({ status: "Evicted", message: "The node was low on resource: memory. " });
});

test("a failing init container is named before the main one", () => {
  const init = [{ name: "migrate", state: { terminated: { exitCode: 1, reason: "Error" } } }];
  const statuses = [{ name: "shop", state: { waiting: { reason: "PodInitializing" } } }];
  const seen = seePod(podObject({ phase: "Pending", initContainerStatuses: init, containerStatuses: statuses }));
  expect(seen?.status).toBe("Init:Error");
});

test("a pod that no node can take says why", () => {
  const conditions = [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }];
  const object = { ...podObject({ phase: "Pending", conditions }), spec: { containers: [{ name: "shop" }] } };
  expect(seePod(object)).toMatchObject({ status: "Pending", message: "0/1 nodes are available" });
});

test("labels written by someone else are not taken for ids", () => {
  const seen = seePod(podObject({}, { labels: { "kepler.dev/app": "'; drop table", "kepler.dev/release": "many" } }));
  expect(seen).toMatchObject({ appId: null, releaseNumber: null });
});

test("what is not a Pod is nothing", () => {
  for (const other of [null, "pod", {}, { metadata: { name: "x" } }]) expect(seePod(other)).toBeNull();
});

test("a limit that Kubernetes takes and no number tells exactly is one that can still be read", () => {
  const pod = podObject({ phase: "Pending" });
  const containers = [{ name: "shop", resources: { limits: { memory: "8E", cpu: "1" } } }];
  const [seen] = seePod({ ...pod, spec: { ...pod.spec, containers } })?.containers ?? [];
  expect(containerView.parse(seen)).toMatchObject({ memoryLimitBytes: Number.MAX_SAFE_INTEGER });
});
