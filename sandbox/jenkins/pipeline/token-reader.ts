import { type Token } from "./lexer.ts";
import { ScriptError } from "./script-error.ts";

/** Walks over tokens; newlines are passed over unless one asks for them. */
export class TokenReader {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    while (this.#current().kind === "newline") this.#at += 1;
    return this.#current();
  }

  /** The very next token, be it a newline: what follows on this line? */
  peekOnLine(): Token {
    return this.#current();
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  isMark(text: string, token = this.peek()): boolean {
    return token.kind === "mark" && token.text === text;
  }

  takeMark(text: string): boolean {
    const found = this.isMark(text);
    if (found) this.next();
    return found;
  }

  expectMark(text: string): Token {
    const token = this.next();
    if (!this.isMark(text, token)) throw new ScriptError(`expecting '${text}', found '${spell(token)}'`, token);
    return token;
  }

  expectName(what: string): Token & { kind: "name" } {
    const token = this.next();
    if (token.kind !== "name") throw new ScriptError(`${what}, found '${spell(token)}'`, token);
    return token;
  }

  /** Passes over `{ … }` with everything in it. */
  skipBlock(): void {
    this.expectMark("{");
    for (let depth = 1; depth > 0; ) {
      const token = this.next();
      if (token.kind === "end") throw new ScriptError("expecting '}', found ''", token);
      if (this.isMark("{", token)) depth += 1;
      if (this.isMark("}", token)) depth -= 1;
    }
  }

  skipLine(): void {
    while (!["newline", "end"].includes(this.#current().kind) && !this.isMark("}", this.#current())) this.#at += 1;
  }

  /** True when the token after the next one is this mark. */
  isFollowedBy(text: string): boolean {
    this.peek();
    const token = this.#tokens[this.#at + 1];
    return token?.kind === "mark" && token.text === text;
  }

  #current(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error("a token list ends with its end");
    return token;
  }
}

export function spell(token: Token): string {
  if (token.kind === "string") return "string";
  return token.kind === "newline" || token.kind === "end" ? "" : token.text;
}
