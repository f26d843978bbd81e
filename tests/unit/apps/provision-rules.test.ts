import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextProvisionStep, stepsToRetry } from "#lib/apps/provision-rules";
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
});
