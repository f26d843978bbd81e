import { expect, test } from "vitest";
import { z } from "zod";
import { bodyOf } from "#lib/access/route/answer-body";

const textOf = (body: Uint8Array | null) => (body === null ? null : new TextDecoder().decode(body));
const named = z.object({ name: z.string() });

test("an answer says what its schema knows, and one that does not fit is no answer", () => {
  expect(textOf(bodyOf(named, { name: "a", secret: "b" }))).toBe('{"name":"a"}');
  expect(() => bodyOf(named, { name: 1 })).toThrow("output does not fit its schema");
  expect(bodyOf(z.undefined(), undefined)).toBeNull();
  expect(textOf(bodyOf(z.null(), null))).toBe("null");
});

test("a result that many share is written out once, but for each schema by itself", () => {
  const shared = { name: "a", more: "b" };
  const body = bodyOf(named, shared);
  expect(bodyOf(named, shared)).toBe(body);
  expect(textOf(bodyOf(z.object({ more: z.string() }), shared))).toBe('{"more":"b"}');
  expect(() => bodyOf(z.object({ more: z.number() }), shared)).toThrow();
  expect(bodyOf(named, { ...shared })).not.toBe(body);
});
