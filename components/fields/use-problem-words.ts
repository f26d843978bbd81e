"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { Problem } from "./problem.ts";
import { type QuantityKind, quantityText } from "./quantity-text.ts";

/** A problem in words: our own sentence where the rule has one, else what its kind and bounds say. */
export function useProblemWords(): (problem: Problem, kind?: QuantityKind) => string {
  const t = useTranslations("fields.errors");
  const format = useFormatter();
  return ({ code, message, origin, bound }, kind) => {
    const key = message as Parameters<typeof t.has>[0];
    if (t.has(key)) return t(key);
    if (code === "invalid_type") return kind ? t("quantity") : t("whole");
    if (bound === undefined) return t("other");
    if (code === "too_small" && bound === 1 && origin !== "number") return t("required");
    const words = { origin, bound: kind ? quantityText(kind, bound) : format.number(bound) };
    return code === "too_small" ? t("atLeast", words) : t("atMost", words);
  };
}
