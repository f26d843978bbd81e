import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entriesDiff } from "#lib/config/entries-rules";
import { mergeEntries } from "../../../components/config/merge-entries.ts";

type Entries = { key: string; value: string | null }[];
const changedKeys = (before: Entries, after: Entries) =>
  new Set(entriesDiff("config", before, after).map(({ key }) => key));
const sorted = (entries: Entries) => [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));

const entries = fc.uniqueArray(
  fc.record({ key: fc.constantFrom("a", "b", "c"), value: fc.constantFrom("1", "2", "3") }),
  { selector: ({ key }) => key },
);

describe("two people's changes of one set", () => {
  it("are both kept: each key as whoever changed it left it, and as chosen where both did", () => {
    fc.assert(
      fc.property(entries, entries, entries, (base, mine, theirs) => {
        const three = { base, mine, theirs, changedByThem: changedKeys(base, theirs) };
        const byMe = changedKeys(base, mine);
        for (const side of ["mine", "theirs"] as const) {
          const { entries: merged, clashes } = mergeEntries(three, () => side);
          const valueIn = (of: Entries, key: string) => of.find((entry) => entry.key === key)?.value;
          for (const key of ["a", "b", "c"]) {
            const wanted = byMe.has(key) && (!three.changedByThem.has(key) || side === "mine") ? mine : theirs;
            expect(valueIn(merged, key), key).toBe(valueIn(wanted, key));
            const differ = valueIn(mine, key) !== valueIn(theirs, key);
            expect(clashes.includes(key), key).toBe(byMe.has(key) && three.changedByThem.has(key) && differ);
          }
        }
      }),
    );
  });

  it("alone change nothing of the other's", () => {
    fc.assert(
      fc.property(entries, entries, (base, changed) => {
        const theirs = { base, mine: base, theirs: changed, changedByThem: changedKeys(base, changed) };
        expect(sorted(mergeEntries(theirs).entries)).toEqual(sorted(changed));
        const mine = { base, mine: changed, theirs: base, changedByThem: new Set<string>() };
        expect(sorted(mergeEntries(mine).entries)).toEqual(sorted(changed));
      }),
    );
  });

  it("of a secret clash by key, though neither side's value can be read", () => {
    const base: Entries = [
      { key: "password", value: null },
      { key: "user", value: null },
    ];
    const mine: Entries = [
      { key: "password", value: "typed" },
      { key: "user", value: null },
    ];
    const three = { base, mine, theirs: base, changedByThem: new Set(["password", "user"]) };
    expect(mergeEntries(three).clashes).toEqual(["password"]);
    expect(mergeEntries(three, () => "mine").entries).toEqual(mine);
    expect(mergeEntries(three, () => "theirs").entries).toEqual(base);
  });
});
