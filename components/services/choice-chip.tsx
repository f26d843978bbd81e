"use client";

import { ArrowDownWideNarrow, Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { MenuButton } from "../ui/menu-button.tsx";
import classes from "./services.module.css";

type Props<V extends string> = {
  label: string;
  value: V | undefined;
  choices: { value: V; label: string }[];
  onChange: (value: V | undefined) => void;
  /** For the sort: always one, nothing to take away. */
  plain?: boolean;
};

/** One filter as a chip: dashed until it is set, with a cross to take it away. */
export function ChoiceChip<V extends string>({ label, value, choices, onChange, plain = false }: Props<V>) {
  const t = useTranslations("services");
  const chosen = choices.find((choice) => choice.value === value);
  const on = chosen !== undefined && !plain;
  const Icon = plain ? ArrowDownWideNarrow : Plus;
  return (
    <span className={classes.chip} data-on={on || undefined} data-plain={plain || undefined}>
      <MenuButton
        aria-label={chosen ? `${label}: ${chosen.label}` : label}
        entries={choices.map((choice) => ({
          key: choice.value,
          label: choice.label,
          current: choice.value === value,
          onSelect: () => onChange(choice.value),
        }))}
      >
        {!on && <Icon size={plain ? 16 : 12} strokeWidth={1.5} aria-hidden="true" />}
        {on ? `${label}: ${chosen.label}` : (chosen?.label ?? label)}
      </MenuButton>
      {on && (
        <button type="button" aria-label={t("filter.remove", { label })} onClick={() => onChange(undefined)}>
          <X size={12} strokeWidth={1.75} aria-hidden="true" />
        </button>
      )}
    </span>
  );
}
