import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePosition, encodePosition, LineGate, sortableTime, timedLine } from "#lib/releases/log-rules";

const at = (nanos: number) => `2026-01-01T00:00:0${Math.floor(nanos / 1e9)}.${String(nanos % 1e9).padStart(9, "0")}Z`;

test("a line is its time and its text, which may be empty or hold anything", () => {
  expect(timedLine(`${at(5)} hello  world`)).toEqual({ at: at(5), text: "hello  world" });
  expect(timedLine(`${at(5)} `)).toEqual({ at: at(5), text: "" });
  expect(timedLine("half of a li")).toBeNull();
});

test("times with trailing zeros cut off order as the moments that they are", () => {
  expect(sortableTime("2026-01-01T00:00:00.5Z") > sortableTime("2026-01-01T00:00:00.49Z")).toBe(true);
  expect(sortableTime("2026-01-01T00:00:00Z") < sortableTime("2026-01-01T00:00:00.000000001Z")).toBe(true);
});

test("a log that is cut anywhere and resumed from the whole second before has no gap and no repeat", () => {
  const log = fc
    .array(fc.record({ gap: fc.constantFrom(0, 1, 400_000_000), text: fc.constantFrom("a", "b", "c") }), {
      maxLength: 12,
    })
    .map((steps) => {
      let nanos = 0;
      return steps.map(({ gap, text }, i) => ({ at: at((nanos += gap)), text: `${text}${i}` }));
    });
  fc.assert(
    fc.property(log, fc.nat(12), (lines, cut) => {
      const gate = new LineGate(null);
      const read = lines.slice(0, cut).filter((line) => gate.passes(line));
      const resumeSecond = gate.last?.slice(0, 19) ?? "";
      const again = lines.filter((line) => line.at.slice(0, 19) >= resumeSecond).filter((line) => gate.passes(line));
      expect([...read, ...again]).toEqual(lines);
    }),
  );
});

test("a position survives the way through the browser, pod by pod", () => {
  const position = new Map([
    ["shop-1", at(1)],
    ["shop-2", at(2)],
  ]);
  expect(decodePosition(encodePosition(position))).toEqual(position);
  expect(decodePosition(at(3))).toEqual(new Map([["", at(3)]]));
  expect(decodePosition("nonsense, more=nonsense")).toEqual(new Map());
});
