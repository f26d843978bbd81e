import { describe, expect, it } from "vitest";
import { LogBuffer } from "../../../components/ui/log-buffer.ts";

const lines = (count: number, from = 0) => Array.from({ length: count }, (_, i) => ({ text: `line ${from + i}` }));

describe("the log buffer", () => {
  it("holds the newest lines and no more than its limit", () => {
    const buffer = new LogBuffer(100);
    for (let i = 0; i < 50; i += 1) buffer.append(lines(7, i * 7));
    const held = buffer.snapshot();
    expect(held).toHaveLength(100);
    expect(held.at(-1)?.text).toBe("line 349");
    expect(held[0]?.text).toBe("line 250");
  });

  it("takes more at once than it may hold", () => {
    const buffer = new LogBuffer(10);
    buffer.append(lines(1000));
    expect(buffer.snapshot().map(({ text }) => text)).toEqual(lines(10, 990).map(({ text }) => text));
  });

  it("puts the tails of two pods into the order of their times", () => {
    const at = (seconds: number, fraction = "") => `2026-01-01T00:00:0${seconds}${fraction}Z`;
    const buffer = new LogBuffer(10);
    buffer.append([1, 3, 5].map((s) => ({ text: `a${s}`, at: at(s) })));
    buffer.append([2, 3, 6].map((s) => ({ text: `b${s}`, at: at(s) })));
    buffer.append([
      { text: "b5.371", at: at(5, ".371") },
      { text: "a5.37", at: at(5, ".37") },
    ]);
    const texts = buffer.snapshot().map(({ text }) => text);
    expect(texts).toEqual(["a1", "b2", "a3", "b3", "a5", "a5.37", "b5.371", "b6"]);
  });

  it("never gives two lines one identity, also after it was cleared", () => {
    const buffer = new LogBuffer(10);
    buffer.append(lines(3));
    const before = buffer.snapshot().map(({ id }) => id);
    buffer.clear();
    buffer.append(lines(3));
    expect(buffer.snapshot().some(({ id }) => before.includes(id))).toBe(false);
  });
});
