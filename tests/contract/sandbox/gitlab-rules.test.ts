import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterFailure, afterSuccess, alertStatus } from "#sandbox/gitlab/hook-health";
import { compareRefs, hookedChanges } from "#sandbox/gitlab/ref-changes";

describe("a hook's health", () => {
  const failedFor = (times: number, start: Date) => {
    let health = afterSuccess();
    let now = start;
    const rests: number[] = [];
    for (let i = 0; i < times; i++) {
      if (health.disabledUntil) now = new Date(Date.parse(health.disabledUntil) + 1);
      health = afterFailure(health, now);
      if (health.disabledUntil) rests.push(Date.parse(health.disabledUntil) - now.getTime());
    }
    return { health, now, rests };
  };

  it("rests for a minute after the fourth failure, twice as long after each further one, a day at most", () => {
    const { rests } = failedFor(39, new Date("2026-06-01T00:00:00Z"));
    expect(rests.slice(0, 4)).toEqual([60_000, 120_000, 240_000, 480_000]);
    expect(rests.at(-1)).toBe(24 * 60 * 60_000);
  });

  it("is over for ever after the fortieth failure", () => {
    const { health, now } = failedFor(40, new Date("2026-06-01T00:00:00Z"));
    expect(alertStatus(health, new Date(now.getTime() + 365 * 24 * 60 * 60_000))).toBe("disabled");
    expect(failedFor(39, now).health.recentFailures).toBe(39);
  });

  it("is whole again after one success", () => {
    expect(alertStatus(afterSuccess(), new Date())).toBe("executable");
  });
});

describe("changes of refs", () => {
  const sha = fc.stringMatching(/^[1-9a-f]{40}$/);
  const refs = fc.dictionary(fc.stringMatching(/^refs\/(heads|tags)\/[a-d]$/), sha);

  it("lead from one look at the repository to the other", () => {
    fc.assert(
      fc.property(refs, refs, (before, after) => {
        const replayed = { ...before };
        for (const change of compareRefs(before, after)) {
          if (change.action === "removed") delete replayed[change.ref];
          else replayed[change.ref] = change.after;
        }
        expect(replayed).toEqual({ ...after });
      }),
    );
  });

  it("are none between equal looks", () => {
    fc.assert(
      fc.property(refs, (same) => {
        expect(compareRefs(same, { ...same })).toEqual([]);
      }),
    );
  });

  it("are told when three branches come at once, and silent when four do, while other kinds are still told", () => {
    const branches = (count: number) =>
      Object.fromEntries(["a", "b", "c", "d"].slice(0, count).map((name) => [`refs/heads/${name}`, "1".repeat(40)]));
    expect(hookedChanges(compareRefs({}, branches(3)))).toHaveLength(3);
    const withTag = hookedChanges(compareRefs({}, { ...branches(4), "refs/tags/v1": "2".repeat(40) }));
    expect(withTag.map(({ ref }) => ref)).toEqual(["refs/tags/v1"]);
  });
});
