"use client";

import { Menu as MenuIcon } from "lucide-react";
import { useTranslations } from "use-intl";
import { IconButton } from "../ui/icon-button.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { EnvironmentSwitch } from "./environment-switch.tsx";
import { InFlight } from "./in-flight.tsx";
import { LanguageSwitch } from "./language-switch.tsx";
import { Palette } from "./palette.tsx";
import { useSelection } from "./selection.tsx";
import { StreamLight } from "./stream-light.tsx";
import { TeamSwitch } from "./team-switch.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import classes from "./top-bar.module.css";

/** Where I am, find anything, what is running, me. A line in production's colour says where a click would land. */
export function TopBar({ onMenu }: { onMenu: () => void }) {
  const t = useTranslations("shell");
  const { environment } = useSelection();
  return (
    <header className={classes.bar} data-purpose={environment?.purpose}>
      <IconButton className={classes.phone} label={t("menu")} onClick={onMenu}>
        <MenuIcon size={16} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
      <div className={classes.desk}>
        <TeamSwitch />
      </div>
      <span className={classes.slash} aria-hidden="true" />
      <EnvironmentSwitch />
      <Palette />
      <StreamLight />
      <div className={classes.desk}>
        <InFlight />
      </div>
      <div className={classes.desk}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <AccountMenu />
    </header>
  );
}
