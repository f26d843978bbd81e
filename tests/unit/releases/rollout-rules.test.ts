import { describe, expect, test } from "vitest";
import { DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP } from "#lib/apps/spec-schema";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { type SeenWorkload } from "#lib/clusters/workload-rules";
import { decideRollout, decideVerify, runsRelease } from "#lib/releases/rollout-rules";
import { plainSpec } from "./plain-spec.ts";
import { container, crashed, digest, later, pod, START, wanted, workload } from "./seen-rollout.ts";

const autoscaling = {
  ...{ minReplicas: 2, maxReplicas: 4, cpuPercent: 70, memoryPercent: null },
  ...{ scaleUp: DEFAULT_SCALE_UP, scaleDown: DEFAULT_SCALE_DOWN },
};

describe("an autoscaled rollout", () => {
  const scaled = { ...wanted, spec: plainSpec({ replicas: 1, autoscaling }) };
  const pods = (count: number) => Array.from({ length: count }, () => pod());
  const sized = (n: number) => workload({ desired: n, total: n, updated: n, available: n });

  test("is about as many pods as the autoscaler says, whatever the Spec's own number", () => {
    for (const n of [2, 3, 4]) {
      const seen = { workload: sized(n), pods: pods(n) };
      expect(decideRollout(scaled, seen, START, later(5))).toMatchObject({ is: "done", facts: { wanted: n } });
      expect(decideVerify(scaled, seen, START, later(5))).toMatchObject({ is: "done", facts: { verified: n } });
    }
    expect(decideRollout(wanted, { workload: sized(3), pods: pods(3) }, START, later(5)).is).toBe("wait");
  });

  test("is proven by its fewest pods while more are on their way, and never by a wrong image", () => {
    const more = { workload: sized(4), pods: [...pods(2), pod({ ready: false }), pod({ ready: false })] };
    expect(decideVerify(scaled, more, START, later(5)).is).toBe("done");
    expect(decideVerify(scaled, { workload: sized(4), pods: pods(1) }, START, later(5)).is).toBe("wait");
    const wrong = pod({ imageDigest: `sha256:${"b".repeat(64)}` });
    expect(decideVerify(scaled, { workload: sized(4), pods: [...pods(3), wrong] }, START, later(5)).is).toBe("failed");
  });

  test("that is stopped is about none", () => {
    const stopped = { ...wanted, spec: plainSpec({ replicas: 0, autoscaling }) };
    const none = { workload: sized(0), pods: [] };
    expect(decideRollout(stopped, none, START, later(5)).is).toBe("done");
    expect(decideVerify(stopped, none, START, later(5)).is).toBe("done");
  });
});

describe("a stateful rollout", () => {
  const stateful = { ...wanted, spec: plainSpec({ workload: { kind: "statefulset", podManagement: "ordered" } }) };
  const set = (change: Partial<SeenWorkload> = {}) => workload({ kind: "StatefulSet", ...change });
  const stuck = pod({ name: "shop-1", releaseNumber: 6, ready: false });
  const decide = (pods: SeenPod[], now: Date, change: Partial<SeenWorkload> = {}) =>
    decideRollout(stateful, { workload: set({ available: 1, updated: 0, ...change }), pods }, START, now);

  test("clears a hopeless pod of another release out of its way at once, one that is not ready after a while", () => {
    const hopeless = { ...crashed(3), name: "shop-1", releaseNumber: 6 };
    expect(decide([pod(), hopeless], later(1))).toMatchObject({ is: "clear", pods: ["shop-1"] });
    expect(decide([pod(), stuck], later(10)).is).toBe("wait");
    expect(decide([pod(), stuck], later(31))).toMatchObject({ is: "clear", pods: ["shop-1"] });
  });

  test("leaves alone what serves, what goes by itself, and what the cluster has not heard of yet", () => {
    expect(decide([pod(), { ...stuck, ready: true }], later(31)).is).toBe("wait");
    expect(decide([pod(), { ...stuck, terminating: true }], later(31)).is).toBe("wait");
    expect(decide([pod(), stuck], later(31), { observedGeneration: 2 }).is).toBe("wait");
    const deployment = decideRollout(wanted, { workload: workload({ available: 1 }), pods: [stuck] }, START, later(31));
    expect(deployment.is).toBe("wait");
  });

  test("fails when its newest pod is not ready within the progress deadline of its own start", () => {
    const late = pod({ ready: false, createdAt: later(100) });
    expect(decide([late], later(399)).is).toBe("wait");
    expect(decide([late], later(401))).toMatchObject({ is: "failed", evidence: { pod: "shop-abc-1" } });
  });
});

describe("rollout", () => {
  const decide = (w: SeenWorkload | null, pods: SeenPod[], now = later(5)) =>
    decideRollout(wanted, { workload: w, pods }, START, now);

  test("does not wait for a pod of an older release that its node has put out: nobody takes that away", () => {
    const evicted = pod({ releaseNumber: 6, phase: "Failed", status: "Evicted", ready: false });
    expect(decide(workload(), [pod(), pod(), evicted])).toMatchObject({ is: "done", facts: { old: 0 } });
  });

  test("is done when the cluster has seen it, all pods are new and available, and old pods have left", () => {
    expect(decide(workload(), [pod(), pod()]).is).toBe("done");
    expect(decide(workload({ observedGeneration: 2 }), [pod(), pod()]).is).toBe("wait");
    expect(decide(workload({ total: 3 }), [pod(), pod()]).is).toBe("wait");
    expect(decide(workload(), [pod(), pod(), pod({ releaseNumber: 6, terminating: true })]).is).toBe("wait");
  });

  test("applies again when another release's objects, or none, are in the cluster", () => {
    expect(decide(null, []).is).toBe("reapply");
    expect(decide(workload({ releaseNumber: 6 }), [pod()]).is).toBe("reapply");
  });

  test("waits through two crashes and gives up at the third, with the last log as evidence", () => {
    expect(decide(workload({ available: 0 }), [crashed(2)]).is).toBe("wait");
    expect(decide(workload({ available: 0 }), [crashed(3)])).toMatchObject({
      is: "failed",
      error: { message: expect.stringContaining("exit code 7") },
      evidence: { pod: "shop-abc-1", previous: true },
    });
  });

  test("gives up at once on an image that is not there, and waits for a registry that is only down", () => {
    const pulling = (message: string) => {
      const waits = {
        ...container,
        restarts: 0,
        reason: "ImagePullBackOff",
        message,
        lastReason: null,
        lastExitCode: null,
      };
      return pod({ ready: false, status: "ImagePullBackOff", message, containers: [waits] });
    };
    expect(decide(workload({ available: 0 }), [pulling("manifest unknown")]).is).toBe("failed");
    expect(decide(workload({ available: 0 }), [pulling("connection refused")]).is).toBe("wait");
  });

  test("fails with the pod's own words when the deadline for progress has passed", () => {
    const stuck = pod({ ready: false, status: "Pending", message: "0/1 nodes are available: insufficient memory" });
    expect(decide(workload({ available: 0, progressing: false }), [stuck])).toMatchObject({
      is: "failed",
      error: { message: expect.stringContaining("insufficient memory") },
    });
  });

  test("speaks of pods that keep serving only where there are any", () => {
    const stuck = crashed(2);
    const over = workload({ available: 0, progressing: false });
    const next = (pods: SeenPod[]) => JSON.stringify(decide(over, pods));
    expect(next([stuck])).not.toContain("keep serving");
    expect(next([stuck, pod({ releaseNumber: 6 })])).toContain("keep serving");
  });

  test("trouble of an older release's pods does not fail this one", () => {
    expect(decide(workload({ total: 3 }), [pod(), pod(), { ...crashed(9), releaseNumber: 6 }]).is).toBe("wait");
  });

  test("zero replicas are a rollout too", () => {
    const paused = { ...wanted, spec: plainSpec({ replicas: 0 }) };
    const none = workload({ desired: 0, total: 0, updated: 0, ready: 0, available: 0 });
    expect(decideRollout(paused, { workload: none, pods: [] }, START, later(1)).is).toBe("done");
  });
});

describe("verify", () => {
  const decide = (pods: SeenPod[], now = later(5)) => decideVerify(wanted, { workload: null, pods }, START, now);
  const other = `sha256:${"b".repeat(64)}`;

  test("is done only when every pod of the release is ready and runs the released digest", () => {
    expect(decide([pod(), pod()]).is).toBe("done");
    expect(decide([pod()]).is).toBe("wait");
    expect(decide([pod(), pod({ ready: false })]).is).toBe("wait");
    expect(decide([pod(), pod({ imageDigest: null })]).is).toBe("wait");
  });

  test("never calls a release done while a ready pod runs another image", () => {
    expect(decide([pod(), pod({ imageDigest: other })])).toMatchObject({ is: "failed", error: { code: "conflict" } });
  });

  test("is not done while a pod was made from another version of configuration, and says which one is wanted", () => {
    const config = [{ kind: "config", name: "web", version: 4, use: "variables", prefix: "" }] as const;
    const configured = { ...wanted, spec: plainSpec({ config: [...config] }) };
    const made = (...names: string[]) => names.map((name) => pod({ configObjects: [`ConfigMap/shop.web.${name}`] }));
    const verdict = (pods: SeenPod[]) => decideVerify(configured, { workload: null, pods }, START, later(5));
    expect(verdict(made("v4", "v3")).is).toBe("wait");
    expect(verdict(made("v4", "v4"))).toMatchObject({ is: "done", facts: { verified: 2, config: "web v4" } });
  });

  test("stops waiting after a minute and says how far it came", () => {
    expect(decide([pod()], later(61))).toMatchObject({
      is: "failed",
      error: { message: expect.stringContaining("1 of 2") },
    });
  });
});

describe("a rollout that a person holds", () => {
  const held = { ...wanted, paused: true };
  const onItsWay = workload({ paused: true, updated: 1, available: 1, total: 3 });

  test("is applied again as long as the cluster does not hold it, and likewise once it should go on", () => {
    expect(decideRollout(held, { workload: workload(), pods: [] }, START, later(1)).is).toBe("reapply");
    expect(decideRollout(wanted, { workload: onItsWay, pods: [] }, START, later(1)).is).toBe("reapply");
  });

  test("neither fails nor ends while it is held, however long and whatever the pods do", () => {
    for (const pods of [[pod()], [crashed(9)], [pod(), pod({ name: "shop-abc-2" })]]) {
      for (const seen of [onItsWay, workload({ paused: true })]) {
        const verdict = decideRollout(held, { workload: seen, pods }, START, later(100_000));
        expect(verdict).toMatchObject({ is: "wait", facts: { waitingFor: "resume" } });
      }
    }
  });

  test("has as long after the pause as it had left before", () => {
    const slow = { workload: workload({ updated: 1, available: 1 }), pods: [pod({ ready: false })] };
    const end = later(100_000);
    expect(decideRollout(wanted, slow, START, end).is).toBe("failed");
    expect(decideRollout({ ...wanted, pausedMs: 100_000_000 }, slow, START, end).is).toBe("wait");
  });
});

test("a pod runs a release when it is ready and of its template, its image and its configuration, all four", () => {
  const release = { podRelease: 7, digest, configObjects: ["ConfigMap/shop.web.v4"] };
  const configObjects = ["ConfigMap/shop.web.v4", "ConfigMap/somebody-else"];
  expect(runsRelease(pod({ configObjects }), release)).toBe(true);
  for (const other of [
    { ready: false },
    { releaseNumber: 6 },
    { imageDigest: null },
    { imageDigest: "sha256:1" },
    { configObjects: ["ConfigMap/shop.web.v3"] },
  ]) {
    expect(runsRelease(pod({ configObjects, ...other }), release)).toBe(false);
  }
});
