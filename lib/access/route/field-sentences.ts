import "server-only";
import { createTranslator } from "use-intl/core";
import type { ZodError } from "zod";
import { type FieldError } from "#lib/platform/errors";
import { type Locale } from "#lib/platform/i18n/locales";
import { messagesOf } from "#lib/platform/i18n/messages";
import { ownWords, problemOf, problemWords } from "#lib/platform/i18n/problem-words";
import { sentenceTranslator } from "#lib/platform/i18n/sentence-translator";
import { sentencesOf } from "#lib/platform/i18n/sentences";

const textsOf = (locale: Locale) =>
  createTranslator({ locale, messages: messagesOf(locale), namespace: "fields.errors" });

/** What a schema found wrong, at the paths of the form ("ports.0.port"), each with a sentence in the person's language. */
export function wrongFields({ issues }: ZodError, locale: Locale): FieldError[] {
  const texts = textsOf(locale);
  const numbers = new Intl.NumberFormat(locale);
  return issues.map((issue) => ({
    path: issue.path.join("."),
    message: issue.message,
    sentence: problemWords(texts, problemOf(issue), (bound) => numbers.format(bound)),
  }));
}

const KEY = /^[a-z-]+(\.[a-z-]+)*$/;

/** The fields of an error, each with its sentence. A key without words of its own says where: the error itself says what. */
export function withSentences(
  { message: whole, fields = [] }: { message: string; fields?: FieldError[] },
  locale: Locale,
): FieldError[] {
  const texts = textsOf(locale);
  const translate = sentenceTranslator(sentencesOf(locale));
  return fields.map(({ path, message, sentence }) => {
    const own = ownWords(texts, message) ?? translate(KEY.test(message) ? whole : message);
    return { path, message, sentence: sentence ?? own };
  });
}
