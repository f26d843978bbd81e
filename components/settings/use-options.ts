"use client";

import { useTranslations } from "use-intl";

type OptionName = Parameters<ReturnType<typeof useTranslations<"settings.option">>>[0];

/** Choices by their values, each with its name. */
export function useOptions() {
  const t = useTranslations("settings.option");
  return (...values: OptionName[]): { value: string; label: string }[] =>
    values.map((value) => ({ value, label: t(value) }));
}
