/**
 * The server speaks English: in the rows it keeps, in its API, in its logs. The console shows those sentences in the
 * person's language by the English sentence itself, as gettext does, with `{0}`, `{1}` … where values stand
 * (docs/decisions/0016-server-sentences.md). tests/unit/i18n finds every sentence of the sources that has no translation.
 */
export type Sentences = Readonly<Record<string, string>>;

/** `parts` is what a sentence says between its values. */
type Template = { parts: string[]; translation: string; hasWords: boolean };

/** Translates what is known of a text: all of it, each of its sentences, values that are sentences themselves. */
export function sentenceTranslator(sentences: Sentences): (text: string) => string {
  // Those that say most come first: "{0} ({1})." fits nearly everything.
  const templates = Object.entries(sentences)
    .filter(([text]) => text.includes("{0}"))
    .sort(([a], [b]) => wordsOf(b).length - wordsOf(a).length)
    .map(([text, translation]): Template => ({ parts: text.split(VALUE), translation, hasWords: hasWords(text) }));

  const whole = (text: string): string | null => {
    const translation = sentences[text];
    if (translation !== undefined) return translation;
    for (const { parts, translation, hasWords: certain } of templates) {
      const values = valuesIn(text, parts);
      if (!values || reachesOver(values, parts)) continue;
      const translated = values.map((value) => (value === text ? null : known(value)));
      if (!certain && translated.every((value) => value === null)) continue;
      return translation.replaceAll(/\{(\d+)\}/g, (_, i: string) => translated[Number(i)] ?? values[Number(i)] ?? "");
    }
    return null;
  };
  /** All of it, or sentence by sentence; null when none of them is known. */
  const known = (text: string): string | null => {
    const all = whole(text);
    const parts = text.split(NEXT_SENTENCE);
    if (all !== null || parts.length === 1) return all;
    const translated = parts.map(whole);
    if (translated.every((part) => part === null)) return null;
    return translated.reduce<string>((said, part, i) => join(said, part ?? parts[i] ?? ""), "");
  };
  return (text) => known(text) ?? text;
}

const NEXT_SENTENCE = /(?<=\.) (?=[A-Z])/;

const VALUE = /\{\d+\}/;
const wordsOf = (text: string): string => text.split(VALUE).join("");
const hasWords = (text: string): boolean => /[A-Za-z]{2,}/.test(wordsOf(text));

/**
 * What stands between the parts, each found as early as it can be; null when they are not all there in this order.
 * Values may be empty: some stand for an addition that is not always there. Takes time in proportion to the text.
 */
function valuesIn(text: string, parts: readonly string[]): string[] | null {
  const [first = "", ...rest] = parts;
  const last = rest.at(-1) ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return null;
  const values: string[] = [];
  const end = text.length - last.length;
  let from = first.length;
  for (const part of rest.slice(0, -1)) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return null;
    values.push(text.slice(from, at));
    from = at + part.length;
  }
  return [...values, text.slice(from, end)];
}

/** Does a value that is followed by words hold the end of a sentence? Then those words are of another sentence. */
const reachesOver = (values: readonly string[], parts: readonly string[]): boolean =>
  values.some((value, i) => parts[i + 1] !== "" && value.includes(". "));

/** Chinese sentences follow each other without a space. */
const join = (a: string, b: string): string => (a === "" || a.endsWith("。") ? a + b : `${a} ${b}`);
