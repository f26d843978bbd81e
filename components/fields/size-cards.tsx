"use client";

import { useTranslations } from "use-intl";
import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { ChoiceCards } from "../ui/choice-cards.tsx";
import { SIZES, type Size } from "./sizes.ts";
import { type SizeWords, useSizeWords } from "./use-size-words.ts";

type Props = {
  value: Size;
  onChange: (size: Size) => void;
  /** What the free size is now. */
  free: SizeWords | null;
  readOnly?: boolean;
};

/** Presets of one pod's size, or free figures. */
export function SizeCards({ value, onChange, free, readOnly = false }: Props) {
  const t = useTranslations("fields.size");
  const { of } = useSizeWords();
  const words = (size: Size) => (size === "free" ? free : of(RESOURCE_PRESETS[size]));
  return (
    <ChoiceCards
      label={t("title")}
      value={value}
      onChange={onChange}
      choices={SIZES.map((size) => {
        const figures = words(size);
        return {
          value: size,
          title: t(size),
          hint: figures ? t("figures", figures) : t("freeHint"),
          disabled: readOnly && size !== value,
        };
      })}
    />
  );
}
