/** Looks a variable up; undefined when it is not set. */
export type Lookup = (name: string) => string | undefined;

/** Splits at white space outside quotes; quotes and escapes stay for {@link expandWord} to resolve. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (quote === "" && /\s/.test(char)) {
      if (word !== "") words.push(word);
      word = "";
      continue;
    }
    if (char === "\\" && quote !== "'") {
      word += char + text.charAt(++i);
      continue;
    }
    if (quote === char) quote = "";
    else if (quote === "" && (char === '"' || char === "'")) quote = char;
    word += char;
  }
  if (word !== "") words.push(word);
  return words;
}

/**
 * Resolves quotes, escapes and `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}` as Dockerfile instructions do.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function expandWord(word: string, lookup: Lookup): string {
  let out = "";
  let quote = "";
  for (let i = 0; i < word.length; i++) {
    const char = word.charAt(i);
    if (char === "\\" && quote !== "'") {
      out += word.charAt(++i);
    } else if (quote === char) {
      quote = "";
    } else if (quote === "" && (char === '"' || char === "'")) {
      quote = char;
    } else if (char === "$" && quote !== "'") {
      const variable = readVariable(word.slice(i), lookup);
      out += variable.value;
      i += variable.length - 1;
    } else {
      out += char;
    }
  }
  return out;
}

function readVariable(text: string, lookup: Lookup): { value: string; length: number } {
  const plain = /^\$([A-Za-z_]\w*)/.exec(text);
  if (plain?.[1] !== undefined) return { value: lookup(plain[1]) ?? "", length: plain[0].length };
  const braced = /^\$\{([A-Za-z_]\w*)(?:(:?[-+])((?:[^{}]|\{[^{}]*\})*))?\}/.exec(text);
  if (braced?.[1] === undefined) return { value: "$", length: 1 };
  const [whole, name, operator, alternative = ""] = braced;
  const value = lookup(name);
  const counts = operator?.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  if (operator?.endsWith("-"))
    return { value: counts ? (value ?? "") : expandWord(alternative, lookup), length: whole.length };
  if (operator?.endsWith("+")) return { value: counts ? expandWord(alternative, lookup) : "", length: whole.length };
  return { value: value ?? "", length: whole.length };
}
