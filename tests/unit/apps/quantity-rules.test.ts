import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBytes, parseCpuMillis, parseQuantity, printBytes, printCpu } from "#lib/apps/quantity-rules";

const POWERS: Record<string, [base: bigint, exponent: number]> = {
  ...{ n: [10n, -9], u: [10n, -6], m: [10n, -3], "": [10n, 0], k: [10n, 3], M: [10n, 6], G: [10n, 9], T: [10n, 12] },
  ...{ P: [10n, 15], E: [10n, 18], Ki: [1024n, 1], Mi: [1024n, 2], Gi: [1024n, 3], Ti: [1024n, 4], Pi: [1024n, 5] },
  ...{ Ei: [1024n, 6], e3: [10n, 3], E3: [10n, 3], "e+2": [10n, 2], "e-2": [10n, -2], E0: [10n, 0] },
};

/** <quantity> ::= <signedNumber><suffix>, with what it means as a fraction of whole numbers. */
const quantity = fc
  .record({
    sign: fc.constantFrom("", "+", "-"),
    whole: fc.stringMatching(/^\d{1,6}$/),
    fraction: fc.stringMatching(/^\d{0,6}$/),
    shape: fc.constantFrom("1", "1.", "1.1", ".1"),
    suffix: fc.constantFrom(...Object.keys(POWERS)),
  })
  .map(({ sign, whole, fraction, shape, suffix }) => {
    const decimals = shape === "1" || shape === "1." ? "" : fraction || "5";
    const digits = shape === ".1" ? "" : whole;
    const text = `${sign}${digits}${shape === "1" ? "" : "."}${decimals}${suffix}`;
    const [base, exponent] = POWERS[suffix] ?? [10n, 0];
    const top = BigInt(digits + decimals) * (exponent > 0 ? base ** BigInt(exponent) : 1n);
    const bottom = 10n ** BigInt(decimals.length) * (exponent < 0 ? base ** BigInt(-exponent) : 1n);
    return { text, top: sign === "-" ? -top : top, bottom };
  });

describe("a quantity", () => {
  it("is read exactly, in every form of the grammar", () => {
    fc.assert(
      fc.property(quantity, ({ text, top, bottom }) => {
        const { value, problem } = parseQuantity(text);
        if (value !== undefined) expect(value * bottom).toBe(top * 1_000_000_000n);
        else if (problem === "quantity.too-fine") expect((top * 1_000_000_000n) % bottom).not.toBe(0n);
        else {
          expect(problem).toBe("quantity.too-large");
          expect((top < 0n ? -top : top) / bottom).toBeGreaterThanOrEqual(2n ** 63n - 1n);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("is nothing else", () => {
    for (const text of [
      "",
      ".",
      "m",
      "1 Mi",
      " 1",
      "1KI",
      "1K",
      "1mm",
      "1e",
      "1e1.5",
      "0x10",
      "1,5",
      "--1",
      "1Mi5",
      "١",
    ])
      expect([text, parseQuantity(text)]).toEqual([text, { problem: "quantity.format" }]);
  });

  it("has bounds, which no exponent gets around", () => {
    expect(parseQuantity("9223372036854775807").value).toBe((2n ** 63n - 1n) * 10n ** 9n);
    expect(parseQuantity("9223372036854775808")).toEqual({ problem: "quantity.too-large" });
    expect(parseQuantity("1e999999999999")).toEqual({ problem: "quantity.too-large" });
    expect(parseQuantity("1e-999999999999")).toEqual({ problem: "quantity.too-fine" });
    expect(parseQuantity("0e999999999999")).toEqual({ value: 0n });
  });
});

describe("cores and bytes", () => {
  it.each([
    ["0.5", 500],
    ["500m", 500],
    ["1", 1000],
    [" 2 ", 2000],
    ["1e3m", undefined],
    ["0.0005", undefined],
    ["-1", undefined],
  ])("reads %s of a core as %s thousandths", (text, millis) => expect(parseCpuMillis(text).value).toBe(millis));

  it.each([
    ["256Mi", 268_435_456],
    ["1.5Gi", 1_610_612_736],
    ["1e3", 1000],
    ["128974848", 128_974_848],
    ["0.5", undefined],
    ["500m", undefined],
    ["8Ei", undefined],
  ])("reads %s of memory as %s bytes", (text, bytes) => expect(parseBytes(text).value).toBe(bytes));

  it("says why it cannot", () => {
    expect(parseCpuMillis("0.0005")).toEqual({ problem: "quantity.too-fine" });
    expect(parseBytes("-1Mi")).toEqual({ problem: "quantity.negative" });
    expect(parseBytes("8Ei")).toEqual({ problem: "quantity.too-large" });
  });

  it("are printed as the API server prints them", () => {
    expect([500, 1000, 1500, 0].map(printCpu)).toEqual(["500m", "1", "1500m", "0"]);
    expect([2 ** 28, 1.5 * 2 ** 30, 1000, 0, 2 ** 60].map(printBytes)).toEqual(["256Mi", "1536Mi", "1000", "0", "1Ei"]);
  });

  it("are read again as what was printed", () => {
    fc.assert(
      fc.property(fc.nat(), (n) => {
        expect(parseCpuMillis(printCpu(n)).value).toBe(n);
        expect(parseBytes(printBytes(n)).value).toBe(n);
        expect(parseBytes(printBytes(n * 1024)).value).toBe(n * 1024);
      }),
    );
  });
});
