"use client";

import { useTranslations } from "use-intl";
import type { PublicError } from "#lib/platform/errors";
import { useSentence } from "./sentences-context.tsx";

const SYSTEMS = ["gitlab", "jenkins", "registry", "kubernetes", "prometheus", "kepler"] as const;

/** Our public errors as a sentence in the person's language: what happened, to what, and what to do next. */
export function usePublicErrorText(): (error: PublicError) => string {
  const t = useTranslations("errors");
  const sentence = useSentence();
  return ({ code, message, system, next }) => {
    const known = SYSTEMS.find((candidate) => candidate === system);
    // What we say ourselves is no hearsay.
    const text =
      system === "kepler"
        ? sentence(message)
        : t(`code.${code}`, { message: sentence(message), system: known ? t(`system.${known}`) : system });
    if (next === undefined) return text;
    const ended = /[.!?。！？]$/.test(text) ? text : t("ended", { text });
    return t("withNext", { text: ended, next: sentence(next) });
  };
}
