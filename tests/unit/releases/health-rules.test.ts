import { expect, test } from "vitest";
import { type HealthFacts, healthOf } from "#lib/releases/health/health-rules";

const AT = new Date("2026-01-01T00:00:00Z");
const done = { state: "done" as const, requestedAt: AT, endedAt: AT };
const running: HealthFacts = {
  cluster: { state: "up", since: AT },
  forbiddenSince: null,
  newest: done,
  current: { endedAt: AT },
  workload: { desired: 2, ready: 2, progressing: true },
};
const health = (change: Partial<HealthFacts>) => healthOf({ ...running, ...change }).health;

test("an unreachable cluster is said as such, whatever its last rows said, and never of an app that is not there", () => {
  const down = { cluster: { state: "down" as const, since: AT } };
  expect(healthOf({ ...running, ...down })).toEqual({ health: "unreachable", since: AT });
  expect(health({ ...down, newest: null, current: null, workload: null })).toBe("absent");
});

test("what may not be seen is forbidden, not what its last rows said, and a silent cluster is the first thing to say", () => {
  expect(healthOf({ ...running, forbiddenSince: AT, workload: null })).toEqual({ health: "forbidden", since: AT });
  expect(health({ forbiddenSince: AT, cluster: { state: "down", since: AT } })).toBe("unreachable");
  expect(health({ forbiddenSince: AT, newest: null })).toBe("absent");
});

test("a release on its way is work, not trouble", () => {
  expect(
    health({ newest: { ...done, state: "rolling_out" }, workload: { desired: 2, ready: 0, progressing: true } }),
  ).toBe("working");
});

test("a failed release is a failure only when nothing serves any more", () => {
  const newest = { ...done, state: "failed" as const };
  expect(health({ newest })).toBe("degraded");
  expect(health({ newest, workload: { desired: 2, ready: 0, progressing: true } })).toBe("failed");
});

test("pods decide once releases are over: all ready, some, none, none wanted, or the Deployment itself gone", () => {
  expect(health({})).toBe("running");
  expect(health({ workload: { desired: 2, ready: 1, progressing: true } })).toBe("degraded");
  expect(health({ workload: { desired: 2, ready: 0, progressing: true } })).toBe("failed");
  expect(health({ workload: { desired: 0, ready: 0, progressing: true } })).toBe("paused");
  expect(health({ workload: null })).toBe("failed");
});

test("new pods that do not get through are trouble, though those of before serve", () => {
  expect(health({ workload: { desired: 2, ready: 2, progressing: false } })).toBe("degraded");
  expect(health({ workload: { desired: 2, ready: 0, progressing: false } })).toBe("failed");
});
