import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisOf, grouped, linePath, nearest, timeMarks } from "../../../components/metrics/plot-rules.ts";
import { addressOf, between, boundsOf, rangeIn, shifted, zoomed } from "../../../components/metrics/time-range.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 1_795_000_000_000;

describe("an axis", () => {
  it("has round marks from zero to above the highest value", () => {
    expect(axisOf(0.43).marks.map((mark) => Number(mark.toFixed(6)))).toEqual([0, 0.2, 0.4, 0.6]);
    expect(axisOf(100).marks).toEqual([0, 50, 100]);
    expect(axisOf(200 * 1024 ** 2, 2)).toEqual({
      top: 256 * 1024 ** 2,
      marks: [0, 64, 128, 192, 256].map((mebibytes) => mebibytes * 1024 ** 2),
    });
    expect(axisOf(0)).toEqual({ top: 1, marks: [0, 1] });
  });

  it("is never below a value and never has more than four steps", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e15, noNaN: true }),
        fc.constantFrom(2 as const, 10 as const),
        (high, base) => {
          const { top, marks } = axisOf(high, base);
          expect(top).toBeGreaterThanOrEqual(high * (1 - 1e-9));
          expect(marks.length).toBeLessThanOrEqual(5);
        },
      ),
    );
  });

  it("marks round moments of the person's own clock", () => {
    const india = 5.5 * HOUR;
    const marks = timeMarks({ fromMs: NOW, toMs: NOW + 6 * HOUR }, 5, india);
    expect(marks.every((at) => (at + india) % (2 * HOUR) === 0)).toBe(true);
    expect(marks.length).toBe(3);
  });
});

describe("a line", () => {
  it("breaks where nobody measured, and shows a value between two gaps", () => {
    expect(linePath([0, 5, null, 10, null], [0, 0.25, 0.5, 0.75, 1], 10)).toBe("M0 1000L250 500M750 0h3");
  });
});

it("finds the moment that is nearest to where one points, and none where nothing was asked for", () => {
  const grid = { startMs: 1000, stepMs: 500, count: 4 };
  expect([0, 1249, 1251, 9999].map((at) => nearest(grid, at))).toEqual([null, 0, 1, null]);
});

it("makes one of marks that would cover each other", () => {
  expect(grouped([0.5, 0.1, 0.14, 0.18, 0.24], (x) => x, 0.05)).toEqual([[0.1, 0.14, 0.18], [0.24], [0.5]]);
});

describe("a time range in the address", () => {
  const read = (text: string) => rangeIn(new URLSearchParams(text));
  it("is read back as it was written", () => {
    const ranges = [rangeIn(new URLSearchParams()), read("range=7d"), between(NOW - HOUR, NOW - MINUTE, NOW)];
    for (const range of ranges) {
      const address = new URLSearchParams();
      for (const [name, value] of Object.entries(addressOf(range))) if (value !== null) address.set(name, value);
      expect(rangeIn(address)).toEqual(range);
    }
  });

  it.each(["range=9y", "from=5&to=4", "from=1&to=2", "from=0&to=9999999999999", "from=1e3&to=x", "from=-1&to=900000"])(
    "is the usual one for %s",
    (text) => {
      expect(read(text)).toEqual({ kind: "last", preset: "1h" });
    },
  );

  it("zooms around its middle, moves by its width, and never reaches into the future", () => {
    const hour = between(NOW - 3 * HOUR, NOW - 2 * HOUR, NOW);
    expect(boundsOf(zoomed(hour, NOW, 0.5), NOW)).toMatchObject({
      fromMs: NOW - 2.75 * HOUR,
      toMs: NOW - 2.25 * HOUR,
    });
    expect(boundsOf(shifted(hour, NOW, -0.5), NOW)).toMatchObject({ fromMs: NOW - 3.5 * HOUR, toMs: NOW - 2.5 * HOUR });
    expect(boundsOf(shifted(hour, NOW, 50), NOW)).toMatchObject({ fromMs: NOW - HOUR, toMs: NOW });
    expect(boundsOf(between(NOW - 10, NOW - 5, NOW), NOW)).toMatchObject({ toMs: NOW - 5, fromMs: NOW - 5 - MINUTE });
  });
});
