"use client";

import { ChevronDown } from "lucide-react";
import { useTranslations } from "use-intl";
import { MenuButton } from "../ui/menu-button.tsx";
import { useSelection } from "./selection.tsx";
import classes from "./top-bar.module.css";

/** The environment that every page speaks of; production has its own colour. */
export function EnvironmentSwitch() {
  const t = useTranslations("shell");
  const { environments, environment, choose } = useSelection();
  if (environment === null) return null;
  const attributes = { "data-purpose": environment.purpose };
  return (
    <MenuButton
      className={classes.switch}
      {...attributes}
      aria-label={t("environment", { environment: environment.name })}
      entries={environments.map(({ id, name, cluster }) => ({
        key: id,
        label: name,
        current: environment.id === id,
        end: <span className="k-small k-quiet">{cluster}</span>,
        onSelect: () => choose({ environment: name }),
      }))}
    >
      {environment.name}
      <ChevronDown size={12} strokeWidth={1.75} aria-hidden="true" />
    </MenuButton>
  );
}
