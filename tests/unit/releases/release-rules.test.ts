import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTerminalStep, STEP_STATES } from "#lib/platform/steps";
import { isTerminal, mayBecome, nextTask, stateAfter, stepsOf } from "#lib/releases/release-rules";
import { RELEASE_STATES, RELEASE_STEPS } from "#lib/releases/schema";

describe("states", () => {
  test("terminal states are never left, and every other state can still fail or be superseded", () => {
    for (const from of RELEASE_STATES) {
      const next = RELEASE_STATES.filter((to) => mayBecome(from, to));
      if (isTerminal(from)) expect(next).toEqual([]);
      else expect(next).toEqual(expect.arrayContaining(["failed", "superseded"]));
    }
  });

  test("no chain of allowed changes ever comes back to a state", () => {
    const walk = (state: (typeof RELEASE_STATES)[number], path: string[]): void => {
      expect(path).not.toContain(state);
      for (const to of RELEASE_STATES) if (mayBecome(state, to)) walk(to, [...path, state]);
    };
    walk("pending", []);
  });

  test("steps lead through the states in order to done", () => {
    const states = (canary: object | null) => {
      const steps = stepsOf({ canary });
      return steps.map((step) => stateAfter(step, steps));
    };
    expect(states(null)).toEqual(["applying", "rolling_out", "verifying", "done"]);
    expect(states({})).toEqual(["canary", "applying", "rolling_out", "verifying", "done"]);
  });

  test("a terminal release asks for nothing; any other for its first step that is not over", () => {
    const steps = fc.tuple(
      ...RELEASE_STEPS.map((name) => fc.record({ name: fc.constant(name), state: fc.constantFrom(...STEP_STATES) })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...RELEASE_STATES), steps, (state, rows) => {
        const task = nextTask({ state, steps: rows });
        if (isTerminal(state)) expect(task.do).toBe("nothing");
        else if (state === "aborting") expect(task.do).toBe("abort");
        else if (task.do === "step") expect(rows.find((r) => !isTerminalStep(r.state))?.name).toBe(task.step);
        else expect(rows.every((r) => isTerminalStep(r.state))).toBe(true);
      }),
    );
  });
});
