"use client";

import { ChevronDown } from "lucide-react";
import { useTranslations } from "use-intl";
import { MenuButton } from "../ui/menu-button.tsx";
import { useSelection } from "./selection.tsx";
import classes from "./top-bar.module.css";

/** Whose services are shown: one team's or all of mine. */
export function TeamSwitch() {
  const t = useTranslations("shell");
  const { teams, team, choose } = useSelection();
  return (
    <MenuButton
      className={classes.switch}
      aria-label={t("team", { team: team?.name ?? t("myTeams") })}
      entries={[
        { key: "", label: t("myTeams"), current: team === null, onSelect: () => choose({ team: null }) },
        { key: "-", divider: true },
        ...teams.map(({ id, slug, name }) => ({
          key: id,
          label: name,
          current: team?.id === id,
          onSelect: () => choose({ team: slug }),
        })),
      ]}
    >
      {team?.name ?? t("myTeams")}
      <ChevronDown size={12} strokeWidth={1.75} aria-hidden="true" />
    </MenuButton>
  );
}
