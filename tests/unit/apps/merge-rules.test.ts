import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEqual, merge } from "#lib/apps/merge-rules";
import { specArbitrary } from "../releases/spec-arbitrary.ts";

describe("the merge of two people's changes", () => {
  it("takes what only one of them changed, from whichever it was", () => {
    fc.assert(
      fc.property(specArbitrary, specArbitrary, (base, changed) => {
        expect(merge(base, changed, base)).toEqual({ merged: changed, clashes: [] });
        expect(merge(base, base, changed)).toEqual({ merged: changed, clashes: [] });
        expect(merge(base, changed, changed)).toEqual({ merged: changed, clashes: [] });
      }),
    );
  });

  it("asks where both changed the same thing, and only there", () => {
    fc.assert(
      fc.property(specArbitrary, specArbitrary, specArbitrary, (base, mine, theirs) => {
        const asked: string[] = [];
        const ask = (side: "mine" | "theirs") => (path: string) => {
          asked.push(path);
          return side;
        };
        const { clashes } = merge(base, mine, theirs, ask("mine"));
        expect(clashes).toEqual(asked);
        // Without a clash nothing depends on who is called mine.
        if (clashes.length === 0) {
          const other = merge(base, theirs, mine);
          expect(other.clashes).toEqual([]);
          expect(other.merged.replicas).toBe(merge(base, mine, theirs).merged.replicas);
        }
      }),
    );
  });

  const base = { replicas: 2, env: [{ name: "A", value: "1" }], strategy: { surge: 1, drain: 2 }, probe: null };

  it("puts changes of different fields of the same object side by side", () => {
    const mine = { ...base, strategy: { surge: 3, drain: 2 } };
    const theirs = { ...base, strategy: { surge: 1, drain: 9 } };
    expect(merge(base, mine, theirs)).toEqual({ merged: { ...base, strategy: { surge: 3, drain: 9 } }, clashes: [] });
  });

  it("takes a part that only one of them added or took away beside what the other did", () => {
    const sidecar = { hold: true };
    const busier = { ...base, replicas: 5 };
    const withPart = { ...base, sidecar };
    expect(merge(base, withPart, busier)).toEqual({ merged: { ...busier, sidecar }, clashes: [] });
    expect(merge(base, busier, withPart)).toEqual({ merged: { ...busier, sidecar }, clashes: [] });
    expect(merge(withPart, base, { ...withPart, replicas: 5 })).toEqual({ merged: busier, clashes: [] });
    const other = { ...base, sidecar: { hold: false } };
    expect(merge(base, withPart, other, () => "mine")).toEqual({ merged: withPart, clashes: ["sidecar"] });
    expect(merge(withPart, base, other, () => "mine")).toEqual({ merged: base, clashes: ["sidecar"] });
  });

  it("merges lists by the names of their elements", () => {
    const mine = { ...base, env: [...base.env, { name: "MINE", value: "x" }] };
    const theirs = {
      ...base,
      env: [
        { name: "A", value: "2" },
        { name: "THEIRS", value: "y" },
      ],
    };
    expect(merge(base, mine, theirs)).toEqual({
      merged: {
        ...base,
        env: [
          { name: "A", value: "2" },
          { name: "THEIRS", value: "y" },
          { name: "MINE", value: "x" },
        ],
      },
      clashes: [],
    });
  });

  it("lets a choice decide when one removes what the other changes", () => {
    const mine = { ...base, env: [] };
    const theirs = { ...base, env: [{ name: "A", value: "2" }] };
    expect(merge(base, mine, theirs, () => "mine")).toEqual({ merged: mine, clashes: ["env.A"] });
    expect(merge(base, mine, theirs, () => "theirs")).toEqual({ merged: theirs, clashes: ["env.A"] });
  });

  it("takes objects of another shape as one value", () => {
    const http = { type: "http", path: "/", port: 80 };
    const before = { probe: http };
    const [mine, theirs] = [{ probe: { type: "tcp", port: 80 } }, { probe: { ...http, path: "/healthz" } }];
    expect(merge<object>(before, mine, theirs, () => "mine")).toEqual({ merged: mine, clashes: ["probe"] });
  });
});

describe("equality of data", () => {
  it("knows no order of keys, but one of lists", () => {
    expect(isEqual({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(isEqual([1, 2], [2, 1])).toBe(false);
    expect(isEqual({ a: undefined }, {})).toBe(false);
    expect(isEqual(Number.NaN, Number.NaN)).toBe(true);
  });
});
