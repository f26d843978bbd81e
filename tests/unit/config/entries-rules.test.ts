import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configKey } from "#lib/apps/spec/config-schema";
import { CONFIG_BYTES, entriesDiff, entriesProblems } from "#lib/config/entries-rules";

describe("a key", () => {
  it("is what Kubernetes takes as one", () => {
    for (const key of ["a", "A_b-c.d", ".env", "a..b", "x".repeat(253)])
      expect(configKey.safeParse(key).success, key).toBe(true);
    for (const key of ["", ".", "..", "..a", "a/b", "a b", "ä", "x".repeat(254)])
      expect(configKey.safeParse(key).success, key).toBe(false);
  });
});

describe("entries", () => {
  it("have each key once, one at least, and at most a mebibyte of UTF-8", () => {
    const messages = (entries: { key: string; value: string | null }[]) =>
      entriesProblems(entries).map(({ message }) => message);
    expect(messages([{ key: "a", value: "1" }])).toEqual([]);
    expect(messages([])).toEqual(["config.empty"]);
    expect(entriesProblems(["a", "b", "a"].map((key) => ({ key, value: "" })))).toEqual([
      { path: [2, "key"], message: "duplicate" },
    ]);
    expect(messages([{ key: "a", value: "x".repeat(CONFIG_BYTES) }])).toEqual([]);
    expect(messages([{ key: "a", value: "ä".repeat(CONFIG_BYTES / 2 + 1) }])).toEqual(["too-large"]);
  });
});

const entries = fc.uniqueArray(
  fc.record({ key: fc.constantFrom("a", "b", "c", "d"), value: fc.constantFrom("", "1", "2") }),
  { selector: ({ key }) => key },
);

describe("the difference of two versions", () => {
  it("is empty if and only if they say the same, and made on the older one gives the newer", () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const said = new Map<string, string>(before.map(({ key, value }) => [key, value]));
        for (const change of entriesDiff("config", before, after)) {
          expect(said.get(change.key) ?? null).toBe(change.before);
          if (change.after === null) said.delete(change.key);
          else said.set(change.key, change.after);
        }
        expect([...said].sort()).toEqual(after.map(({ key, value }) => [key, value]).sort());
      }),
    );
  });

  it("says of a secret which keys, and nothing of what they hold", () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const plain = entriesDiff("config", before, after).map(({ key, change }) => ({ key, change }));
        const secret = entriesDiff("secret", before, after);
        expect(secret).toEqual(plain.map((each) => ({ ...each, before: null, after: null })));
      }),
    );
  });
});
