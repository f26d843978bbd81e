import { expect, test } from "vitest";
import { printReplicas } from "#lib/apps/scaling-rules";
import { DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP } from "#lib/apps/spec-schema";
import { podEffect } from "#lib/releases/preview/effect-rules";
import { plainSpec } from "./plain-spec.ts";

const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "shop" };
const env = [{ name: "LEVEL", value: "debug" }];
const autoscaling = {
  ...{ minReplicas: 2, maxReplicas: 6, cpuPercent: 70, memoryPercent: null },
  ...{ scaleUp: DEFAULT_SCALE_UP, scaleDown: DEFAULT_SCALE_DOWN },
};

test("a new template replaces every pod that stays, another number starts or stops the rest", () => {
  expect(podEffect(null, plainSpec({ replicas: 3 }), app)).toEqual({
    podsToRestart: 0,
    podsToStart: 3,
    podsToStop: 0,
  });
  expect(podEffect(plainSpec({ replicas: 3 }), plainSpec({ replicas: 1, env }), app)).toEqual({
    podsToRestart: 1,
    podsToStart: 0,
    podsToStop: 2,
  });
});

test("an autoscaler keeps the pods that run, within its bounds", () => {
  const scaled = plainSpec({ replicas: 1, autoscaling });
  const five = plainSpec({ replicas: 5 });
  expect(podEffect(five, scaled, app)).toMatchObject({ podsToStart: 0, podsToStop: 0 });
  expect(podEffect(plainSpec({ replicas: 9 }), scaled, app)).toMatchObject({ podsToStop: 3 });
  expect(podEffect(scaled, { ...scaled, env }, app, 4)).toMatchObject({ podsToRestart: 4, podsToStop: 0 });
  expect(podEffect(scaled, five, app, 6)).toMatchObject({ podsToStop: 1 });
  expect(podEffect(scaled, { ...scaled, replicas: 0 }, app, 4)).toMatchObject({ podsToStop: 4 });
});

test("a number of pods is printed as it is, or as the bounds of its autoscaler", () => {
  expect(printReplicas(plainSpec({ replicas: 3 }))).toBe("3");
  expect(printReplicas(plainSpec({ replicas: 1, autoscaling }))).toBe("2–6");
  expect(printReplicas(plainSpec({ replicas: 0, autoscaling }))).toBe("0");
});

test("what runs counts, not what the last release said: somebody may have scaled by hand", () => {
  const two = plainSpec({ replicas: 2 });
  const none = { podsToRestart: 0, podsToStart: 0, podsToStop: 0 };
  expect(podEffect(two, two, app, 3)).toEqual({ ...none, podsToStop: 1 });
  expect(podEffect(two, plainSpec({ replicas: 3 }), app, 3)).toEqual(none);
});
