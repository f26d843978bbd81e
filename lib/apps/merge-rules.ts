/** What two people made of the same document. `clashes` names the places where both changed the same thing differently. */
export type Merged<T> = { merged: T; clashes: string[] };
export type Side = "mine" | "theirs";

/**
 * Three-way merge of plain data: what only one side changed is taken from it, what both changed alike is taken once, and
 * where they differ `choose` decides by the place's path ("strategy.maxSurge", "env.LOG_LEVEL.value"). The document is merged
 * key by key, where a part may be there or not; so are objects in it when all three have the same keys (others are of another
 * sort, and half of each would be none), and lists whose elements have a name element by element; all else is one value.
 */
export function merge<T>(base: T, mine: T, theirs: T, choose: (path: string) => Side = () => "theirs"): Merged<T> {
  const clashes: string[] = [];
  const merged = mergeAt([], { base, mine, theirs }, (path) => {
    clashes.push(path);
    return choose(path);
  });
  return { merged: merged as T, clashes };
}

type Three = Record<"base" | Side, unknown>;
type Choose = (path: string) => Side;

function mergeAt(path: string[], { base, mine, theirs }: Three, choose: Choose): unknown {
  if (isEqual(mine, theirs) || isEqual(mine, base)) return theirs;
  if (isEqual(theirs, base)) return mine;
  const three = { base, mine, theirs };
  return mergeObjects(path, three, choose) ?? mergeLists(path, three, choose) ?? three[choose(path.join("."))];
}

function mergeObjects(path: string[], three: Three, choose: Choose): object | null {
  const { base, mine, theirs } = three;
  if (!isRecord(base) || !isRecord(mine) || !isRecord(theirs)) return null;
  const isWhole = path.length === 0;
  const same = [base, mine].every((other) => keysOf(other) === keysOf(theirs));
  if (!same && !isWhole) return null;
  const keys = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  const parts = [...keys].map((key) => {
    const part = { base: base[key], mine: mine[key], theirs: theirs[key] };
    return [key, mergeAt([...path, key], part, choose)] as const;
  });
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
}

/** In the order of whoever changed it (theirs when both did), what only mine has at the end. */
function mergeLists(path: string[], three: Three, choose: Choose): unknown[] | null {
  const [base, mine, theirs] = [named(three.base), named(three.mine), named(three.theirs)];
  if (!base || !mine || !theirs) return null;
  const [first, second] = orderOf(theirs) === orderOf(base) ? [mine, theirs] : [theirs, mine];
  const names = [...new Set([...first.keys(), ...second.keys()])];
  return names.flatMap((name) => {
    const part = { base: base.get(name), mine: mine.get(name), theirs: theirs.get(name) };
    const element = mergeAt([...path, name], part, choose);
    return element === undefined ? [] : [element];
  });
}

/** What names an element of a list: the first of these that every one of them has, each another. */
const NAMES = ["name", "path", "mountPath", "ip", "key"];

function named(list: unknown): Map<string, unknown> | null {
  if (!Array.isArray(list)) return null;
  if (list.length === 0) return new Map();
  for (const key of NAMES) {
    const found = list.map((element: unknown) => (isRecord(element) ? element[key] : undefined));
    const byName = new Map(found.map((name, i) => [String(name), list[i] as unknown]));
    if (found.every((name) => typeof name === "string") && byName.size === list.length) return byName;
  }
  return null;
}

const keysOf = (record: object): string => Object.keys(record).sort().join();
const orderOf = (list: Map<string, unknown>): string => JSON.stringify([...list.keys()]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Equal as data: the order of keys does not count, that of lists does. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((element, i) => isEqual(element, b[i]));
  if (!isRecord(a) || !isRecord(b)) return Object.is(a, b);
  return keysOf(a) === keysOf(b) && Object.keys(a).every((key) => isEqual(a[key], b[key]));
}
