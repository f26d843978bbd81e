"use client";

import { useFormatter, useTranslations } from "use-intl";
import { type Problem, problemWords } from "#lib/platform/i18n/problem-words";
import { type QuantityKind, quantityText } from "./quantity-text.ts";

/** A problem in words; a quantity's bounds as quantities are typed. */
export function useProblemWords(): (problem: Problem, kind?: QuantityKind) => string {
  const t = useTranslations("fields.errors");
  const format = useFormatter();
  return (problem, kind) => {
    if (kind && problem.code === "invalid_type") return t("quantity");
    return problemWords(t, problem, (bound) => (kind ? quantityText(kind, bound) : format.number(bound)));
  };
}
