import { describe, expect, it } from "vitest";
import { ageOf, clockOf } from "../../../components/ui/age.ts";

describe("ageOf", () => {
  it.each([
    [59_999, { unit: "seconds", count: 59 }],
    [60_000, { unit: "minutes", count: 1 }],
    [3_599_999, { unit: "minutes", count: 59 }],
    [86_400_000 * 30, { unit: "days", count: 30 }],
  ])("says %i ms in the largest whole unit", (ms, age) => expect(ageOf(ms)).toEqual(age));

  it("is now for less than a second and for a clock that runs ahead", () => {
    expect(ageOf(999)).toBeNull();
    expect(ageOf(-5000)).toBeNull();
  });
});

describe("clockOf", () => {
  it.each([
    [48_900, "0:48"],
    [3_725_000, "1:02:05"],
    [-1, "0:00"],
  ])("shows %i ms as a running clock", (ms, text) => expect(clockOf(ms)).toBe(text));
});
