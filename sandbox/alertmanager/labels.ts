export type Labels = Readonly<Record<string, string>>;

const byName = (labels: Labels): [string, string][] => Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));

/** What all of them have in common. */
export function common(sets: readonly Labels[]): Labels {
  const [first = {}, ...others] = sets;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((set) => set[name] === value)),
  );
}

/** `{a="x", b="y"}`, in the order of the names (Prometheus, common/model LabelSet.String). */
export const printed = (labels: Labels): string =>
  `{${byName(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ")}}`;

const OFFSET = 14_695_981_039_346_656_037n;
const PRIME = 1_099_511_628_211n;

/** An alert is the same as long as its labels are: FNV-1a of 64 bits over names and values, each closed by 0xff. */
export function fingerprint(labels: Labels): string {
  let hash = OFFSET;
  const add = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  };
  const closed = (text: string) => add(Buffer.from([...Buffer.from(text), 0xff]));
  for (const [name, value] of byName(labels)) {
    closed(name);
    closed(value);
  }
  return hash.toString(16).padStart(16, "0");
}

export type Matcher = { name: string; value: string; isRegex: boolean; isEqual: boolean };

/** `name="value"`, also `!=`, `=~` and `!~`; quotes may be left out. Undefined when it is none of these. */
export function parseMatcher(text: string): Matcher | undefined {
  const [, name, operator, raw = ""] = /^\s*([a-zA-Z_:][\w:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (name === undefined || operator === undefined) return undefined;
  const value = /^".*"$/s.test(raw) ? raw.slice(1, -1).replaceAll(/\\(["\\])/g, "$1") : raw;
  return { name, value, isRegex: operator.endsWith("~"), isEqual: operator.startsWith("=") };
}

export const matches = (matchers: readonly Matcher[], labels: Labels): boolean =>
  matchers.every(({ name, value, isRegex, isEqual }) => {
    const own = labels[name] ?? "";
    const fits = isRegex ? new RegExp(`^(?:${value})$`).test(own) : own === value;
    return fits === isEqual;
  });
