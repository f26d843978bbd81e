import { type Locale } from "./locales.ts";
import { type Sentences } from "./sentence-translator.ts";
import zh from "./sentences/zh.json" with { type: "json" };

const CATALOGUES: Partial<Record<Locale, Sentences>> = { zh };

/** The server's sentences in a language; none for English, in which they are said. Sent with the page, not with its code. */
export const sentencesOf = (locale: Locale): Sentences => CATALOGUES[locale] ?? {};
