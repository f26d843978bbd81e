import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STEP_STATES } from "#lib/platform/steps";
import {
  CLUSTER_STAGES,
  decideObjects,
  factsOfWait,
  isSkipped,
  leftBecause,
  mayGoOn,
  nextRetireStep,
  type SeenObject,
  splitTags,
  stageOf,
} from "#lib/retire/retire-rules";
import { RETIRE_STEPS, RETIREMENT_STATES } from "#lib/retire/schema";

const keepNothing = { volumes: false, images: false };
const object = (kind: string, over: Partial<SeenObject> = {}): SeenObject => ({
  ...{ kind, key: "dev/shop", as: "own", terminating: false, finalizers: [] },
  ...over,
});
const DEPLOYMENT = "apps/v1/Deployment";
const CLAIM = "v1/PersistentVolumeClaim";

describe("the next step", () => {
  it("is the first that has not ended, whatever the states of the others", () => {
    const states = fc.array(fc.constantFrom(...STEP_STATES), { minLength: RETIRE_STEPS.length, maxLength: 20 });
    fc.assert(
      fc.property(states, (given) => {
        const steps = RETIRE_STEPS.map((name, i) => ({ name, state: given[i] ?? "waiting" }));
        const open = steps.find(({ state }) => state !== "done" && state !== "skipped");
        const expected = open === undefined ? "done" : open.state === "failed" ? "failed" : open.name;
        expect(nextRetireStep(steps)).toBe(expected);
      }),
    );
  });

  it("skips exactly what would remove what is kept", () => {
    const skipped = (keep: typeof keepNothing) => RETIRE_STEPS.filter((step) => isSkipped(step, keep));
    expect(skipped(keepNothing)).toEqual([]);
    expect(skipped({ volumes: true, images: false })).toEqual(["volumes"]);
    expect(skipped({ volumes: true, images: true })).toEqual(["volumes", "images"]);
  });
});

describe("what goes next", () => {
  it("is traffic before what serves it, and what others use last", () => {
    const kinds = [
      "networking.k8s.io/v1/Ingress",
      "networking.istio.io/v1/VirtualService",
      "networking.istio.io/v1/DestinationRule",
      "v1/Service",
      "autoscaling/v2/HorizontalPodAutoscaler",
      DEPLOYMENT,
      "policy/v1/PodDisruptionBudget",
      "security.istio.io/v1/AuthorizationPolicy",
      "security.istio.io/v1/PeerAuthentication",
      "v1/ConfigMap",
      "v1/ServiceAccount",
      CLAIM,
      "example.com/v1/Unheard",
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(kinds, { minLength: kinds.length }), (order) => {
        const gone: string[] = [];
        let left = order.map((kind) => object(kind));
        for (
          let next = decideObjects(left, keepNothing);
          next.do === "remove";
          next = decideObjects(left, keepNothing)
        ) {
          const { kind } = next.object;
          gone.push(kind);
          left = left.filter((one) => one.kind !== kind);
        }
        expect(gone).toEqual(kinds);
      }),
    );
  });

  it("is never what is on its way out already, what goes with its owner, is kept, or is somebody else's", () => {
    const seen = fc.record({
      kind: fc.constantFrom(DEPLOYMENT, CLAIM, "v1/Namespace", "v1/Secret"),
      key: fc.constantFrom("dev/a", "dev/b"),
      as: fc.constantFrom("own" as const, "dependent" as const, "unmanaged" as const, "anothers" as const),
      terminating: fc.boolean(),
      finalizers: fc.constant([]),
    });
    const keep = fc.record({ volumes: fc.boolean(), images: fc.boolean() });
    fc.assert(
      fc.property(fc.array(seen), keep, (objects, choice) => {
        const next = decideObjects(objects, choice);
        const ours = objects.filter(({ as, kind }) => /own|dependent/.test(as) && leftBecause(kind, choice) === null);
        if (next.do === "remove") {
          expect(next.object).toMatchObject({ as: "own", terminating: false });
          expect(ours).toContain(next.object);
        } else {
          expect(ours.some(({ as, terminating }) => as === "own" && !terminating)).toBe(false);
          expect(next.do).toBe(ours.length > 0 ? "wait" : "done");
        }
      }),
    );
  });

  it("is nothing while pods of a removed owner are still there", () => {
    const pod = object("v1/Pod", { as: "dependent" });
    expect(decideObjects([pod], keepNothing)).toEqual({ do: "wait", for: [pod] });
  });
});

it("every kind belongs to one stage, and one that is not known goes with what others use", () => {
  expect(CLUSTER_STAGES).toContain(stageOf("batch/v1/CronJob"));
  expect(stageOf("example.com/v1/Unheard")).toBe("config");
});

it("tags that no build made are somebody else's", () => {
  expect(splitTags(["a-1", "latest", "b-2"], new Set(["a-1", "b-2", "c-3"]))).toEqual({
    own: ["a-1", "b-2"],
    others: ["latest"],
  });
});

it("a wait is for what a finalizer holds, else for what does not wait for others itself", () => {
  const foreground = { terminating: true, finalizers: ["foregroundDeletion"] };
  const controllers = [
    object(DEPLOYMENT, foreground),
    object("apps/v1/ReplicaSet", { as: "dependent", ...foreground }),
  ];
  const pod = object("v1/Pod", { as: "dependent", terminating: true });
  const held = object("v1/Pod", { ...pod, key: "dev/held", finalizers: ["example.com/hold"] });
  expect(factsOfWait([...controllers, pod, held])).toEqual({
    ...{ waitingFor: "Pod dev/held", finalizers: "example.com/hold", objects: 4 },
  });
  expect(factsOfWait([...controllers, pod])).toEqual({ waitingFor: "Pod dev/shop", objects: 3 });
  expect(factsOfWait(controllers)).toEqual({ waitingFor: "Deployment dev/shop", objects: 2 });
});

it("another retirement may follow a failure, or one that kept something, and no other", () => {
  const allowed = RETIREMENT_STATES.flatMap((state) =>
    [0, 1].filter((kept) => mayGoOn(state, kept)).map((k) => `${state} ${k}`),
  );
  expect(allowed).toEqual(["done 1", "failed 0", "failed 1"]);
});
