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
    return publicText({ code: error.code, message: error.message, system: error.system, next: error.next });
  };
}
