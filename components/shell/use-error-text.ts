"use client";

import { useTranslations } from "use-intl";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { ApiError } from "./api.ts";

/** Anything thrown by api.ts as a sentence in the person's language: what happened, to what, what to do next. */
export function useErrorText(): (error: unknown) => string {
  const t = useTranslations("errors");
  const publicText = usePublicErrorText();
  return (error) => {
    if (!(error instanceof ApiError)) return t("unknown");
    if (error.code === "signed-out" || error.code === "network") return t(error.code);
    const { code, message, system, next, fields } = error;
    const text = publicText({ code, message, system, next });
    // A key of the form says where; an error about one thing says the rest itself.
    const more = code === "invalid" ? fields.filter(({ sentence }) => !text.includes(sentence)) : [];
    return more.reduce((said, field) => t("withNext", { text: said, next: t("field", field) }), text);
  };
}
