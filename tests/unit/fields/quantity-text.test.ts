import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuantity, quantityText } from "../../../components/fields/quantity-text.ts";

const MEBIBYTE = 1024 ** 2;

describe("a quantity as people write it", () => {
  it.each([
    ["cpu", "0.5", 500],
    ["cpu", "500m", 500],
    ["cpu", "2", 2000],
    ["cpu", "half", null],
    ["cpu", "12 apples", null],
    ["bytes", "512", 512 * MEBIBYTE],
    ["bytes", "512Mi", 512 * MEBIBYTE],
    ["bytes", " 0.5 Gi ", 512 * MEBIBYTE],
    ["bytes", "1G", 1e9],
    ["bytes", "", null],
    ["bytes", "-1", null],
  ] as const)("%s %s is %s", (kind, text, expected) => {
    expect(parseQuantity(kind, text)).toBe(expected);
  });

  it("reads back as the same number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64_000 }), fc.integer({ min: 1, max: 2 ** 29 }), (millis, kibibytes) => {
        expect(parseQuantity("cpu", quantityText("cpu", millis))).toBe(millis);
        expect(parseQuantity("bytes", quantityText("bytes", kibibytes * 1024))).toBe(kibibytes * 1024);
      }),
    );
  });
});
