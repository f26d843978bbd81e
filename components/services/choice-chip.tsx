"use client";

import { Menu } from "@mantine/core";
import { ArrowDownWideNarrow, Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
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
      <Menu position="bottom-start">
        <Menu.Target>
          <button type="button" aria-label={chosen ? `${label}: ${chosen.label}` : label}>
            {!on && <Icon size={plain ? 16 : 12} strokeWidth={1.5} aria-hidden="true" />}
            {on ? t("filter.is", { label, value: chosen.label }) : (chosen?.label ?? label)}
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {choices.map((choice) => (
            <Menu.Item
              key={choice.value}
              aria-current={choice.value === value || undefined}
              onClick={() => onChange(choice.value)}
            >
              {choice.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {on && (
        <button type="button" aria-label={t("filter.remove", { label })} onClick={() => onChange(undefined)}>
          <X size={12} strokeWidth={1.75} aria-hidden="true" />
        </button>
      )}
    </span>
  );
}
