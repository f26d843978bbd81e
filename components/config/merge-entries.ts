import type { Side } from "#lib/apps/merge-rules";
import type { ShownEntry } from "#lib/config/schema";

type Three = {
  /** What the edit began from, what was made of it, and what somebody else saved meanwhile. */
  base: readonly ShownEntry[];
  mine: readonly ShownEntry[];
  theirs: readonly ShownEntry[];
  /** Keys that they changed: of a secret nothing else tells. */
  changedByThem: ReadonlySet<string>;
};

/**
 * Mine on top of theirs, key by key; where both changed the same key differently `choose` decides, and `clashes` names it. A
 * key that only they changed, or that stays, is as the newest version has it.
 */
export function mergeEntries(
  { base, mine, theirs, changedByThem }: Three,
  choose: (key: string) => Side = () => "theirs",
): { entries: ShownEntry[]; clashes: string[] } {
  const [was, own, other] = [base, mine, theirs].map(
    (entries) => new Map(entries.map(({ key, value }) => [key, value])),
  );
  const clashes: string[] = [];
  const side = (key: string): Side => {
    if (own?.get(key) === was?.get(key)) return "theirs";
    if (!changedByThem.has(key)) return "mine";
    if (own?.get(key) === other?.get(key) && own?.get(key) !== null) return "theirs";
    clashes.push(key);
    return choose(key);
  };
  const keys = [...new Set([...theirs, ...mine, ...base].map(({ key }) => key))];
  const entries = keys.flatMap((key): ShownEntry[] => {
    const value = (side(key) === "mine" ? own : other)?.get(key);
    return value === undefined ? [] : [{ key, value }];
  });
  return { entries, clashes };
}
