import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextProvisionStep, pauseLeftMs, pauseOf, stepsToRetry } from "#lib/apps/provision-rules";
import { PROVISION_STEPS } from "#lib/apps/schema";
import { STEP_STATES } from "#lib/platform/steps";

const steps = (...states: (typeof STEP_STATES)[number][]) =>
  PROVISION_STEPS.map((name, i) => ({ name, state: states[i] ?? ("waiting" as const) }));

describe("provisioning", () => {
  it("goes through its steps in order", () => {
    expect(nextProvisionStep([])).toBe("repository");
    expect(nextProvisionStep(steps("done"))).toBe("webhook");
    expect(nextProvisionStep(steps("done", "running"))).toBe("webhook");
    expect(nextProvisionStep(steps("done", "done", "done"))).toBe("ready");
  });

  it("stops at a step that failed, and a retry takes up that one", () => {
    const failed = steps("done", "failed");
    expect(nextProvisionStep(failed)).toBe("failed");
    expect(stepsToRetry(failed)).toEqual(["webhook"]);
  });

  it("is ready only when every step has ended well", () => {
    const some = fc.tuple(
      fc.constantFrom(...STEP_STATES),
      fc.constantFrom(...STEP_STATES),
      fc.constantFrom(...STEP_STATES),
    );
    fc.assert(
      fc.property(some, (states) => {
        const ready = states.every((state) => state === "done" || state === "skipped");
        expect(nextProvisionStep(steps(...states)) === "ready").toBe(ready);
      }),
    );
  });

  it("keeps to the time that a failure has set, whoever wakes it before, and forgets it afterwards", () => {
    const failedAt = new Date("2026-01-01T00:00:00Z");
    const kept = pauseOf(5_000, failedAt);
    expect(pauseLeftMs(kept, new Date(failedAt.getTime() + 2_000))).toBe(3_000);
    expect(pauseLeftMs(kept, new Date(failedAt.getTime() + 9_000))).toBe(0);
    expect(pauseLeftMs(pauseOf(undefined, failedAt), failedAt)).toBe(0);
    expect(pauseLeftMs({ hook: 7, found: true }, failedAt)).toBe(0);
  });
});
