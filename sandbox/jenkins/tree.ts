/** A parsed `tree=` parameter: which fields to keep, each with what is kept of it and of which of its items. */
type Selection = Map<string, { fields: Selection | undefined; range: { from: number; to: number } | undefined }>;

/** The expression does not parse; Jenkins answers 400. */
export class TreeError extends Error {}

/**
 * Keeps of a value what `tree` names: `a,b[c,d]{0,10},*`. `_class` always stays.
 * https://www.jenkins.io/doc/book/using/remote-access-api/#RemoteaccessAPI-Depthcontrol
 */
export function applyTree(value: unknown, tree: string): unknown {
  return select(value, new TreeReader(tree).read());
}

function select(value: unknown, selection: Selection | undefined): unknown {
  if (selection === undefined) return typeof value === "object" && value !== null ? classOnly(value) : value;
  if (Array.isArray(value)) return value.map((item) => select(item, selection));
  if (typeof value !== "object" || value === null) return value;
  const kept: [string, unknown][] = [];
  for (const [name, field] of Object.entries(value)) {
    const wanted = selection.get(name) ?? selection.get("*");
    if (name === "_class") kept.push([name, field]);
    else if (wanted !== undefined) {
      const items =
        Array.isArray(field) && wanted.range !== undefined ? field.slice(wanted.range.from, wanted.range.to) : field;
      kept.push([name, select(items, wanted.fields)]);
    }
  }
  return Object.fromEntries(kept);
}

/** A field that is named without brackets shows scalars whole, objects by their class. */
function classOnly(value: object): unknown {
  if (Array.isArray(value)) return value.map((item) => select(item, undefined));
  return "_class" in value ? { _class: value._class } : {};
}

class TreeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.replaceAll(/\s/g, "");
  }

  read(): Selection {
    const selection = this.#list();
    if (this.#at !== this.#text.length)
      throw new TreeError(`unexpected "${this.#text.charAt(this.#at)}" at ${this.#at}`);
    return selection;
  }

  #list(): Selection {
    const selection: Selection = new Map();
    do {
      const name = this.#match(/[\w*-]+/y);
      if (name === undefined) throw new TreeError(`a field's name was expected at ${this.#at}`);
      let fields: Selection | undefined;
      if (this.#match(/\[/y) !== undefined) {
        fields = this.#list();
        if (this.#match(/\]/y) === undefined) throw new TreeError(`"]" was expected at ${this.#at}`);
      }
      selection.set(name, { fields, range: this.#range() });
    } while (this.#match(/,/y) !== undefined);
    return selection;
  }

  /** `{M,N}` from M to N, `{M,}`, `{,N}`, and `{N}` for the N-th alone. */
  #range(): { from: number; to: number } | undefined {
    const text = this.#match(/\{\d*,?\d*\}/y);
    if (text === undefined) return undefined;
    const [first = "", last] = text.slice(1, -1).split(",");
    if (last === undefined) return { from: Number(first), to: Number(first) + 1 };
    return { from: Number(first), to: last === "" ? Number.POSITIVE_INFINITY : Number(last) };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}
