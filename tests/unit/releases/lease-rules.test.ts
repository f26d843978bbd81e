import fc from "fast-check";
import { expect, test } from "vitest";
import { leaseTask, mayEndAt } from "#lib/releases/lease/lease-rules";

const NOW = new Date("2026-03-29T00:30:00Z");
const at = (ms: number) => new Date(NOW.getTime() + ms);
const HOUR = 3_600_000;
const lease = { replicas: 8, backTo: 2, endedAt: null };

test("a lease may end in the future, at most a month away", () => {
  expect([at(1), at(HOUR), at(31 * 24 * HOUR)].every((end) => mayEndAt(end, NOW))).toBe(true);
  expect([at(0), at(-1), at(31 * 24 * HOUR + 1)].some((end) => mayEndAt(end, NOW))).toBe(false);
});

test("before its end it waits, never longer than an hour at a time and never past its end", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 * 24 * HOUR }), fc.option(fc.nat(20)), (leftMs, wanted) => {
      const task = leaseTask({ ...lease, dueAt: at(leftMs) }, wanted, NOW);
      expect(task).toEqual({ do: "wait", ms: Math.min(leftMs, HOUR) });
    }),
  );
});

test("at its end it takes back its own number, and no number that somebody else set", () => {
  const due = { ...lease, dueAt: at(0) };
  expect(leaseTask(due, 8, NOW)).toEqual({ do: "end", as: "given_back" });
  for (const wanted of [7, 9, 2, 0, null]) expect(leaseTask(due, wanted, NOW)).toEqual({ do: "end", as: "changed" });
});

test("once ended it asks for nothing, whatever the time", () => {
  for (const dueAt of [at(-1), at(HOUR)]) {
    expect(leaseTask({ ...lease, dueAt, endedAt: NOW }, 8, NOW)).toEqual({ do: "nothing" });
  }
});
