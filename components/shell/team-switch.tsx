"use client";

import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { useTranslations } from "use-intl";
import { useSelection } from "./selection.tsx";
import classes from "./top-bar.module.css";

/** Whose services are shown: one team's or all of mine. */
export function TeamSwitch() {
  const t = useTranslations("shell");
  const { teams, team, choose } = useSelection();
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className={classes.switch} aria-label={t("team", { team: team?.name ?? t("myTeams") })}>
          {team?.name ?? t("myTeams")}
          <ChevronDown size={12} strokeWidth={1.75} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item aria-current={team === null || undefined} onClick={() => choose({ team: null })}>
          {t("myTeams")}
        </Menu.Item>
        <Menu.Divider />
        {teams.map(({ id, slug, name }) => (
          <Menu.Item key={id} aria-current={team?.id === id || undefined} onClick={() => choose({ team: slug })}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
