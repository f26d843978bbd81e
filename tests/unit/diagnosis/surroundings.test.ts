import { describe, expect, test } from "vitest";
import { diagnose } from "#lib/diagnosis/diagnosis-rules";
import { sceneOfPods } from "#lib/diagnosis/scene-schema";
import { seeAutoscaler, seeEndpoints, seeNode } from "#lib/diagnosis/surroundings-rules";
import { ago, DIGEST, event, NOW, pod, told } from "./scene.ts";

const OTHER = `sha256:${"b".repeat(64)}`;

test("a volume that another node holds is told as that, one that does not come as what failed", () => {
  const pods = [
    pod({ ready: false, phase: "Pending" }, { ready: false, state: "waiting", reason: "ContainerCreating" }),
  ];
  const multi = event(
    "FailedAttachVolume",
    'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node',
  );
  // What the kubelet says every two minutes of waiting hides nothing.
  const inVain = event(
    "FailedMount",
    "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data], failed to process volumes=[]: context deadline exceeded",
    { lastAt: ago(1) },
  );
  expect(told({ pods, events: [multi, inVain] })).toEqual([
    "volume: The volume pvc-1 cannot go to the node of shop-1: another node still holds it.",
  ]);
  expect(told({ pods, events: [inVain] })).toEqual(["volume: The volume data does not come to shop-1 (FailedMount)."]);
  const slow = event(
    "FailedAttachVolume",
    'AttachVolume.Attach failed for volume "pvc-1" : timed out waiting for external-attacher',
  );
  expect(told({ pods, events: [slow] })).toEqual([
    "volume: The volume pvc-1 does not come to shop-1 (FailedAttachVolume).",
  ]);
});

test("a claim that waits, or has lost its volume, is told with its events", () => {
  const claim = { name: "data", phase: "Pending", storageClass: "fast" };
  const why = event("ProvisioningFailed", 'storageclass "fast" not found', {
    involvedKind: "PersistentVolumeClaim",
    involvedName: "data",
  });
  expect(told({ claims: [claim], events: [why] })).toEqual([
    'volume: The claim data has no volume yet: storageclass "fast" not found.',
  ]);
  expect(told({ claims: [{ ...claim, phase: "Lost" }] })).toEqual([
    "volume: The volume behind the claim data is gone.",
  ]);
  expect(told({ claims: [{ ...claim, phase: "Bound" }] })).toEqual([]);
});

describe("nodes", () => {
  const node = (type: string, status: string) =>
    seeNode({ metadata: { name: "node-1" }, status: { conditions: [{ type, status, reason: "R", message: "m" }] } });
  const nodesOf = (type: string, status: string) => [node(type, status)].filter((one) => one !== null);

  test("are told of when pods of the service stand on them, and only then", () => {
    expect(told({ pods: [pod()], nodes: nodesOf("Ready", "Unknown") })).toEqual([
      "node: The node node-1 is not ready, with 1 pod of this service on it.",
    ]);
    expect(told({ pods: [pod()], nodes: nodesOf("DiskPressure", "True") })[0]).toContain("runs short of disk space");
    expect(told({ pods: [pod({ nodeName: "node-2" })], nodes: nodesOf("Ready", "False") })).toEqual([]);
    expect(told({ pods: [pod()], nodes: nodesOf("DiskPressure", "False") })).toEqual([]);
  });

  test("that put a pod out are named with the reason", () => {
    const evicted = pod(
      { phase: "Failed", status: "Evicted", ready: false, message: "The node was low on resource: memory. " },
      { ready: false, state: "terminated", reason: "Error", exitCode: 137 },
    );
    expect(told({ pods: [evicted] })).toEqual([
      "node: The node node-1 has put shop-1 out: The node was low on resource: memory.",
    ]);
  });
});

test("an autoscaler that was stopped on purpose is no trouble; one at its most is a warning", () => {
  const scaler = (conditions: Record<string, string>[]) =>
    seeAutoscaler({ metadata: { name: "shop" }, spec: { maxReplicas: 3 }, status: { conditions } });
  expect(told({ autoscaler: scaler([{ type: "ScalingActive", status: "False", reason: "ScalingDisabled" }]) })).toEqual(
    [],
  );
  expect(told({ autoscaler: scaler([{ type: "ScalingLimited", status: "True", reason: "TooManyReplicas" }]) })).toEqual(
    ["autoscaler: The autoscaler shop wants more than its most of 3 pods."],
  );
});

describe("what systems say of each other", () => {
  const url = "http://shop.example.com/";
  const image = { reference: "r/shop:v1", digest: DIGEST, present: true, tagDigest: DIGEST, at: ago(1) };

  test("is compared: pods are ready and the edge answers 503", () => {
    const answers = [{ url, status: 503, error: null, at: ago(1) }];
    const [finding] = diagnose({ ...sceneOfPods([pod()], NOW), answers });
    expect(finding?.error.message).toBe(`Kubernetes sees 1 pod ready, and ${url} answers with status 503.`);
    expect(finding?.evidence.map(({ system }) => system)).toEqual(["edge", "kubernetes"]);
    expect(told({ pods: [pod({ ready: false })], answers })).toEqual([]);
    expect(told({ pods: [pod()], answers: [{ url, status: 302, error: null, at: ago(1) }] })).toEqual([]);
  });

  test("is compared: the digest of the release, of the pods, and of the tag in the registry", () => {
    expect(told({ pods: [pod()], image })).toEqual([]);
    expect(told({ pods: [pod({ imageDigest: OTHER })], image })[0]).toMatch(
      /The release names the image a{12}, and another one, b{12}, is run by 1 pod\./,
    );
    expect(told({ pods: [pod()], image: { ...image, tagDigest: OTHER } })[0]).toMatch(
      /The tag r\/shop:v1 means b{12} in the registry now/,
    );
  });

  test("is compared: Jenkins says success and the registry lacks the image", () => {
    const gone = { ...image, present: false, tagDigest: null };
    const build = { number: 12, endedAt: ago(3600) };
    expect(told({ pods: [pod()], image: gone, build })).toEqual([
      "disagreement: Jenkins says that build b12 succeeded, and the registry does not have its image any more.",
    ]);
    expect(diagnose({ ...sceneOfPods([], NOW), image: gone, build })[0]?.level).toBe("fail");
  });

  test("names that DNS does not know, and addresses where nobody answers, are gaps of the route", () => {
    const answer = (error: "dns" | "silent") => [{ url, status: null, error, at: ago(1) }];
    expect(told({ answers: answer("dns") })).toEqual(["route: The name shop.example.com is not known to DNS."]);
    expect(told({ answers: answer("silent") })).toEqual([`route: Nothing answers at ${url}.`]);
  });
});

test("endpoints without a word about readiness are ready, as their API says", () => {
  const slice = { endpoints: [{ addresses: ["a"] }, { addresses: ["b"], conditions: { ready: false } }] };
  expect(seeEndpoints([slice, null])).toEqual({ ready: 1, all: 2 });
});
