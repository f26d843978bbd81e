import { describe, expect, test } from "vitest";
import { type SeenWorkload } from "#lib/clusters/workload-rules";
import { diagnose, hopeless } from "#lib/diagnosis/diagnosis-rules";
import { sceneOfPods } from "#lib/diagnosis/scene-schema";
import { ago, container, event, NOW, pod, told } from "./scene.ts";

const waits = (reason: string, message: string | null) =>
  pod({ phase: "Pending", status: reason, ready: false }, { ready: false, state: "waiting", reason, message });
const probe = {
  ...{ asks: "GET :8080/live", port: 8080, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 1 },
  failureThreshold: 3,
};

test("nothing is said of a pod that is well, or of one that is on its way out", () => {
  expect(told({ pods: [pod()] })).toEqual([]);
  const leaving = { ...waits("ImagePullBackOff", "manifest unknown"), terminating: true };
  expect(told({ pods: [leaving] })).toEqual([]);
});

test("the same case in several pods is told once, and names them all", () => {
  const pods = ["shop-1", "shop-2"].map((name) => ({ ...waits("ErrImagePull", "manifest unknown"), name }));
  const findings = diagnose(sceneOfPods(pods, NOW));
  expect(findings).toHaveLength(1);
  expect(findings[0]?.pods).toEqual(["shop-1", "shop-2"]);
});

describe("an image that does not come", () => {
  test.each([
    ["it is not in the registry", "manifest unknown: not found"],
    ["it is not in the registry", `repository name not known to registry`],
    [
      "the registry does not let the cluster read it",
      "pull access denied, repository does not exist or may require authorization",
    ],
    [
      "the registry takes no more requests for now",
      "429 Too Many Requests - toomanyrequests: You have reached your unauthenticated pull rate limit",
    ],
    ["it is not built for the nodes' platform", "no match for platform in manifest sha256:1: not found"],
    ["the cluster's nodes do not know the registry's name", "dial tcp: lookup registry.example: no such host"],
    ["the registry does not answer the cluster's nodes", "dial tcp 10.0.0.1:443: i/o timeout"],
    ["the node gives its own reason", 'failed to unpack image "x/geofence:1": unexpected end of archive'],
  ])("because %s", (why, message) => {
    expect(told({ pods: [waits("ErrImagePull", message)] })[0]).toContain(why);
  });

  test("is explained by its event where the kubelet's status only waits", () => {
    const pods = [waits("ImagePullBackOff", 'Back-off pulling image "x/y"')];
    const events = [event("Failed", 'Failed to pull image "x/y": rpc error: code = NotFound: manifest unknown')];
    expect(told({ pods, events })[0]).toContain("it is not in the registry");
  });

  test("ends a rollout when waiting cannot help, and does not when the registry is only down or busy", () => {
    const decides = (message: string) => hopeless([waits("ErrImagePull", message)], NOW) !== null;
    expect([decides("manifest unknown"), decides("denied"), decides("no such host")]).toEqual([true, true, true]);
    expect([decides("connection refused"), decides("toomanyrequests")]).toEqual([false, false]);
  });
});

describe("a program that ends", () => {
  const crashed = (restarts: number, lastExitCode: number, lastReason = "Error") =>
    pod(
      { ready: false },
      { ready: false, state: "waiting", reason: "CrashLoopBackOff", restarts, lastExitCode, lastReason },
    );

  test("is told with how often and how, and decides a rollout at the third time", () => {
    expect(told({ pods: [crashed(2, 7)] })).toEqual([
      "crash: shop in shop-1 starts and ends again and again (2 restarts, exit code 7).",
    ]);
    expect(hopeless([crashed(2, 7)], NOW)).toBeNull();
    expect(hopeless([crashed(3, 7)], NOW)?.rule).toBe("crash");
  });

  test("is not told of an init container that did its work, nor of one restart that it came back from", () => {
    const init = { name: "migrate", kind: "init" as const, ready: false, state: "terminated" as const, exitCode: 0 };
    expect(told({ pods: [pod({ ready: true }, init, {})] })).toEqual([]);
    expect(told({ pods: [pod({}, { restarts: 1, lastExitCode: 1, lastReason: "Error" })] })).toEqual([]);
  });

  test("by its memory is told with the peak that was measured, the limit, and twice of it", () => {
    const usage = [
      { pod: "shop-1", container: "shop", memoryBytes: 120 * 1024 ** 2, by: "metrics.k8s.io" as const, at: ago(20) },
    ];
    const scene = { ...sceneOfPods([crashed(4, 137, "OOMKilled")], NOW), usage };
    const [finding, ...others] = diagnose(scene);
    expect(others).toEqual([]);
    expect(finding?.error).toMatchObject({
      message: "shop in shop-1 was ended for holding more than its 128Mi of memory, 120Mi at its peak (4 restarts).",
      next: expect.stringContaining("256Mi"),
    });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ source: "metrics", at: ago(20).toISOString() }));
  });

  test("by its memory is a warning for an hour after it came back, then no more", () => {
    const back = (seconds: number) =>
      pod({}, { restarts: 1, lastReason: "OOMKilled", lastExitCode: 137, lastFinishedAt: ago(seconds).toISOString() });
    expect(diagnose(sceneOfPods([back(60)], NOW))[0]?.level).toBe("warn");
    expect(told({ pods: [back(3601)] })).toEqual([]);
  });

  test("because its program is not there is told without waiting for more tries", () => {
    const message = `failed to create containerd task: unable to start container process: exec: "serve": executable file not found in $PATH`;
    const lost = pod({ ready: false }, { ready: false, state: "waiting", reason: "RunContainerError", message });
    expect(hopeless([lost], NOW)?.error.message).toContain(
      'cannot be started: exec: "serve": executable file not found',
    );
  });
});

describe("a probe", () => {
  const unready = { ready: false, probes: { startup: null, readiness: probe, liveness: null } };

  test("is not told of a program that has just begun: at first it answers nobody", () => {
    const events = [
      event("Unhealthy", "Readiness probe failed: dial tcp: connect: connection refused", { lastAt: ago(0) }),
    ];
    const since = (seconds: number, failureThreshold = 3) => {
      const startedAt = ago(seconds).toISOString();
      const probes = {
        ...unready.probes,
        readiness: { ...probe, initialDelaySeconds: 0, periodSeconds: 5, failureThreshold },
      };
      return told({ pods: [pod({}, { ...unready, startedAt, probes })], events });
    };
    expect([since(2), since(14)]).toEqual([[], []]);
    expect(since(15)).toHaveLength(1);
    // A probe of very many tries is no reason to be silent for as long.
    expect([since(29, 600), since(30, 600)].map(({ length }) => length)).toEqual([0, 1]);
    const pods = [pod({}, { ...unready, startedAt: ago(2).toISOString() })];
    expect(told({ pods, events, waited: true })).toHaveLength(1);
  });

  test("is told with what it asks and what it got", () => {
    const got = (message: string) =>
      told({ pods: [pod({}, unready)], events: [event("Unhealthy", `Readiness probe failed: ${message}`)] })[0];
    expect(got("HTTP probe failed with statuscode: 503")).toContain("asks GET :8080/live and got status 503.");
    expect(got('Get "http://10.0.0.1:8080/": dial tcp: connect: connection refused')).toContain(
      "got no connection: nothing listens there.",
    );
    expect(got("context deadline exceeded")).toContain("got no answer in time.");
  });

  test("that failed before the container was started again says nothing of it", () => {
    const fresh = { ...unready, startedAt: ago(5).toISOString() };
    const events = [
      event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", { lastAt: ago(60) }),
    ];
    expect(told({ pods: [pod({}, fresh)], events })).toEqual([]);
  });

  test("of liveness that ends what is not up yet is a slow start, and not a crash", () => {
    const killed = {
      ...{ ready: false, state: "waiting" as const, reason: "CrashLoopBackOff", restarts: 3, lastExitCode: 137 },
      ...{ startedAt: null, lastReason: "Error", probes: { startup: null, readiness: null, liveness: probe } },
    };
    const events = [
      event("Killing", "Container shop failed liveness probe, will be restarted", { type: "Normal" }),
      event("Unhealthy", "Liveness probe failed: dial tcp 10.0.0.1:8080: connect: connection refused"),
    ];
    expect(told({ pods: [pod({}, killed)], events })).toEqual([
      expect.stringMatching(/^slow-start: .* its liveness probe gives it 35 seconds, then got no connection/),
    ]);
  });
});

test("a sidecar that is not ready is told once it has had time to settle, never the app's own container", () => {
  const proxy = (seconds: number) =>
    pod({}, {}, { name: "istio-proxy", ready: false, startedAt: ago(seconds).toISOString() });
  expect(told({ pods: [proxy(3)] })).toEqual([]);
  expect(told({ pods: [proxy(30)] })).toEqual([
    "sidecar: The sidecar istio-proxy of shop-1 is not ready, so no traffic reaches the pod.",
  ]);
  expect(told({ pods: [pod({}, container({ ready: false }))] })).toEqual([]);
});

describe("a pod that no node takes", () => {
  const pending = (message: string) =>
    pod(
      { phase: "Pending", status: "Pending", nodeName: null, ready: false, message },
      { ready: false, state: "waiting" },
    );

  test("is told reason by reason, each with its nodes", () => {
    const message =
      "0/9 nodes are available: 1 Insufficient cpu, 2 Insufficient memory, 1 node(s) had untolerated taint {a: b, c}, 1 node(s) were unschedulable, 1 Too many pods, 2 node(s) didn't match Pod's node affinity/selector, 1 node(s) had volume node affinity conflict. preemption: 0/9 nodes are available: 9 Preemption is not helpful for scheduling.";
    expect(told({ pods: [pending(message)] })).toEqual([
      [
        "scheduling: No node can take shop-1.",
        "Too little CPU is left on 1 of 9 nodes.",
        "Too little memory is left on 2 of 9 nodes.",
        "Taints that it does not tolerate keep it from 1 of 9 nodes.",
        "New pods are turned away by 1 of 9 nodes (cordoned).",
        "No more pods fit on 1 of 9 nodes.",
        "Its placement rules exclude 2 of 9 nodes.",
        "Its volume cannot be had on 1 of 9 nodes.",
      ].join(" "),
    ]);
  });

  test("is told in the scheduler's own words where they are new", () => {
    expect(told({ pods: [pending("no nodes available to schedule pods")] })[0]).toContain(
      "The scheduler says: no nodes available",
    );
  });
});

test("what is wrong in a container that somebody put beside the service's own leads to no field of the service", () => {
  const crashed = {
    ...{ ready: false, state: "waiting" as const, reason: "CrashLoopBackOff" },
    restarts: 2,
    lastExitCode: 127,
  };
  const kinds = (name: string) => {
    const scene = { ...sceneOfPods([pod({ ready: false }, { name, ...crashed })], NOW), container: "shop", before: 1 };
    return diagnose(scene)[0]?.actions.map(({ kind }) => kind);
  };
  expect(kinds("shop")).toEqual(["settings", "log", "rollback"]);
  expect(kinds("helper")).toEqual(["log", "rollback", "ask"]);
});

test.each([
  { before: 4, next: /or roll back to one whose image is still there\.$/, kinds: ["build", "rollback"] },
  { before: null, next: /^Build the commit again and release that build\.$/, kinds: ["build"] },
])("to go back is advised and offered where there is something to go back to, and nowhere else ($before)", (wanted) => {
  const gone = { reason: "ImagePullBackOff", message: "manifest unknown: not found", state: "waiting" as const };
  const pods = [pod({ ready: false }, gone)];
  const workload: SeenWorkload = {
    ...{ kind: "Deployment", uid: "w1", namespace: "kepler-dev", name: "shop", appId: null, releaseNumber: 1 },
    ...{ generation: 1, observedGeneration: 1, desired: 1, total: 1, updated: 1, ready: 0, available: 0 },
    ...{ progressing: false, paused: false, reason: "ProgressDeadlineExceeded", message: null, image: null },
  };
  const replicaSets = [{ name: "shop-1", revision: 1, release: null, createdAt: null, ready: 0, there: 1, wanted: 1 }];
  const scene = { ...sceneOfPods(pods, NOW), workload, replicaSets, before: wanted.before };
  const [image, rollout] = diagnose(scene);
  expect(image?.error.next).toMatch(wanted.next);
  expect(image?.actions.map(({ kind }) => kind)).toEqual(wanted.kinds);
  expect(rollout?.error.next).toBe(
    wanted.before === null
      ? "Correct what keeps the new pods from being ready, then release again."
      : "Correct what keeps the new pods from being ready, or roll back.",
  );
  expect(rollout?.actions).toHaveLength(wanted.before === null ? 0 : 1);
});

test("what was said of an earlier pod of the same name does not count", () => {
  const fresh = pod(
    { createdAt: ago(5) },
    { ready: false, probes: { startup: null, readiness: probe, liveness: null }, startedAt: null },
  );
  const said = (seconds: number) => [
    event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", { lastAt: ago(seconds) }),
  ];
  expect(told({ pods: [fresh], events: said(60) })).toEqual([]);
  expect(told({ pods: [fresh], events: said(2) })).toHaveLength(1);
});
