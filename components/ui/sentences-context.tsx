"use client";

import { createContext, use, useMemo } from "react";
import { type Sentences, sentenceTranslator } from "#lib/platform/i18n/sentence-translator";

/** The server's sentences in the person's language, as the layout read them. */
export const SentencesContext = createContext<Sentences>({});

/** A sentence of the server's in the person's language; what is not known of it stays as it was said. */
export function useSentence(): (text: string) => string {
  const sentences = use(SentencesContext);
  return useMemo(() => sentenceTranslator(sentences), [sentences]);
}
