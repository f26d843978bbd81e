import { ScriptError } from "./script-error.ts";

/** A piece of a Groovy string: text, or a variable path such as `params.TAG`. */
export type StringPart = { text: string } | { path: string };
type Place = { line: number; column: number };
export type Token = Place &
  (
    | { kind: "name"; text: string }
    | { kind: "number"; text: string }
    | { kind: "string"; parts: StringPart[] }
    | { kind: "mark"; text: string }
    | { kind: "newline" }
    | { kind: "end" }
  );

const PLAIN =
  /(?<space>[ \t\r]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\\\n)|(?<newline>\n|;)|(?<name>[A-Za-z_$][\w$]*)|(?<number>\d+(?:\.\d+)?)|(?<mark>[{}()[\]:,=.+])|(?<quote>'''|"""|'|")/y;

/** Cuts the Groovy of a declarative pipeline into tokens. Throws {@link ScriptError}. */
export function tokenize(script: string): Token[] {
  return new Lexer(script).run();
}

class Lexer {
  readonly #script: string;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(script: string) {
    this.#script = script;
  }

  run(): Token[] {
    while (this.#at < this.#script.length) this.#next();
    this.#tokens.push({ kind: "end", ...this.#place(this.#at) });
    return this.#tokens;
  }

  #next(): void {
    const start = this.#at;
    const place = this.#place(start);
    PLAIN.lastIndex = start;
    const groups = PLAIN.exec(this.#script)?.groups;
    if (groups === undefined) throw new ScriptError(`unexpected char: '${this.#script.charAt(start)}'`, place);
    this.#at = PLAIN.lastIndex;
    const { newline, name, number, mark, quote } = groups;
    if (newline !== undefined) this.#tokens.push({ kind: "newline", ...place });
    else if (name !== undefined) this.#tokens.push({ kind: "name", text: name, ...place });
    else if (number !== undefined) this.#tokens.push({ kind: "number", text: number, ...place });
    else if (mark !== undefined) this.#tokens.push({ kind: "mark", text: mark, ...place });
    else if (quote !== undefined) this.#tokens.push({ kind: "string", parts: this.#string(quote, place), ...place });
  }

  /** From behind the opening quotes to behind the closing ones. https://groovy-lang.org/syntax.html#all-strings */
  #string(quote: string, place: Place): StringPart[] {
    const parts: StringPart[] = [];
    const interpolates = quote.startsWith('"');
    let text = "";
    while (!this.#script.startsWith(quote, this.#at)) {
      const char = this.#script.charAt(this.#at);
      if (char === "" || (char === "\n" && quote.length === 1))
        throw new ScriptError("expecting closing quote of a string", place);
      if (char === "\\") text += this.#escape();
      else if (char === "$" && interpolates) {
        if (text !== "") parts.push({ text });
        text = "";
        parts.push({ path: this.#interpolation() });
      } else {
        text += char;
        this.#at += 1;
      }
    }
    this.#at += quote.length;
    return text === "" && parts.length > 0 ? parts : [...parts, { text }];
  }

  #escape(): string {
    const escape = /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/y;
    escape.lastIndex = this.#at;
    const [whole, code, char = ""] = escape.exec(this.#script) ?? ["\\"];
    this.#at += whole.length;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    const known: Record<string, string> = {
      n: "\n",
      t: "\t",
      r: "\r",
      b: "\b",
      f: "\f",
      "\\": "\\",
      "'": "'",
      '"': '"',
      $: "$",
      "\n": "",
    };
    const value = known[char];
    if (value === undefined) throw new ScriptError(`unexpected char: '\\'`, this.#place(this.#at - whole.length));
    return value;
  }

  #interpolation(): string {
    const place = this.#place(this.#at);
    const variable = /\$(?:\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}|([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*))/y;
    variable.lastIndex = this.#at;
    const found = variable.exec(this.#script);
    if (found === null)
      throw new ScriptError("the sandbox interpolates ${NAME}, ${env.NAME} and ${params.NAME} only", place);
    this.#at += found[0].length;
    return found[1] ?? found[2] ?? "";
  }

  #place(at: number): Place {
    const before = this.#script.slice(0, at).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}
