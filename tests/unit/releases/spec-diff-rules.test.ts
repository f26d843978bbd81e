import fc from "fast-check";
import { expect, test } from "vitest";
import { CHANGE_FIELDS, specChanges } from "#lib/releases/preview/spec-diff-rules";
import { plainSpec } from "./plain-spec.ts";
import { specArbitrary } from "./spec-arbitrary.ts";

/** Equal as documents: an absent optional value and an undefined one are the same. */
const sameDocument = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

test("two Specs have no changes if and only if they want the same", () => {
  fc.assert(
    fc.property(specArbitrary, specArbitrary, (a, b) => {
      const mixed = { ...a, env: b.env, exposure: b.exposure, command: b.command };
      expect(specChanges(a, structuredClone(a))).toEqual([]);
      expect(specChanges(a, mixed).length === 0).toBe(sameDocument(a, mixed));
      expect(specChanges(a, b).length === 0).toBe(sameDocument(a, b));
    }),
  );
});

test("every change names another value before and after, under a field that has words", () => {
  fc.assert(
    fc.property(fc.option(specArbitrary), specArbitrary, (a, b) => {
      for (const change of specChanges(a, b)) {
        expect(change.before).not.toBe(change.after);
        expect(CHANGE_FIELDS).toContain(change.field);
      }
    }),
  );
});

test("changing one variable is one change, in words", () => {
  const before = plainSpec({ env: [{ name: "LEVEL", value: "info" }] });
  const after = plainSpec({ env: [{ name: "LEVEL", value: "debug" }], replicas: 3 });
  expect(specChanges(before, after)).toEqual([
    { field: "replicas", before: "2", after: "3" },
    { field: "env", before: "LEVEL=info", after: "LEVEL=debug" },
  ]);
});

test("the order of variables counts, because later ones may refer to earlier ones", () => {
  const [a, b] = [
    { name: "A", value: "1" },
    { name: "B", value: "2" },
  ];
  expect(specChanges(plainSpec({ env: [a, b] }), plainSpec({ env: [b, a] }))).toEqual([
    { field: "env.order", before: "A, B", after: "B, A" },
  ]);
});
