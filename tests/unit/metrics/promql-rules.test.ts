import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  aggregate,
  binary,
  call,
  encode,
  equal,
  literally,
  matching,
  number,
  rate,
  select,
} from "#lib/metrics/promql-rules";
import { type Expr } from "#sandbox/prometheus/promql/ast";
import { parse } from "#sandbox/prometheus/promql/parse";

const text = fc.string({ unit: "grapheme", maxLength: 40 });
/** What Prometheus's own grammar makes of it. */
const testsOf = (expr: Expr) => (expr.kind === "selector" ? expr.tests : []);

describe("PromQL made of data", () => {
  it("is what one would write by hand", () => {
    const shop = [equal("namespace", "kepler-dev"), matching("pod", "shop-[0-9]+")];
    const share = binary(
      aggregate("sum", ["pod"], rate("throttled_total", shop, 20)),
      "/",
      aggregate("sum", ["pod"], rate("periods_total", shop, 20)),
    );
    expect(encode(share)).toBe(
      '(sum by (pod) (rate(throttled_total{namespace="kepler-dev",pod=~"shop-[0-9]+"}[20s])) / ' +
        'sum by (pod) (rate(periods_total{namespace="kepler-dev",pod=~"shop-[0-9]+"}[20s])))',
    );
    expect(encode(call("histogram_quantile", number(0.95), aggregate("sum", ["le"], rate("b", [], 60))))).toBe(
      "histogram_quantile(0.95, sum by (le) (rate(b{}[60s])))",
    );
  });

  it("keeps any text inside its label's value", () => {
    const hostile = fc.oneof(text, fc.constantFrom('"} or up{a="', "\\", '\\"', "\n", "\u0000", "`", "{{.}}"));
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const tests = testsOf(parse(encode(select("up", [equal("a", first), equal("b", second)]))));
        const read = tests.filter(({ label }) => label !== "__name__").map(({ label, value }) => [label, value]);
        expect(read).toEqual([
          ["a", first.toWellFormed()],
          ["b", second.toWellFormed()],
        ]);
      }),
    );
  });

  it("fits a text by a pattern to that text alone", () => {
    fc.assert(
      fc.property(text, text, (name, other) => {
        const [found] = testsOf(parse(encode(select("up", [matching("a", literally(name))])))).slice(-1);
        expect(found?.fits(name)).toBe(true);
        expect(found?.fits(other)).toBe(name === other);
      }),
    );
  });

  it.each(['up{a="b"}', "", "1up", "ünter"])("refuses %j as a metric and as a label", (name) => {
    expect(() => encode(select(name, []))).toThrow(RangeError);
    expect(() => encode(select("up", [equal(name, "a")]))).toThrow(RangeError);
    expect(() => encode(aggregate("sum", [name], select("up", [])))).toThrow(RangeError);
  });
});
