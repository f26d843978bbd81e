"use client";

import { useHotkeys } from "@mantine/hooks";
import { Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { KeepEarlyPalette, openIfAskedEarly } from "./early-palette.tsx";
import classes from "./top-bar.module.css";

const PaletteDialog = dynamic(() => import("./palette-dialog.tsx").then((module) => module.PaletteDialog), {
  ssr: false,
});

/** Opens the command palette; its code is loaded at the first use. */
export function Palette() {
  const t = useTranslations("shell");
  const [opened, setOpened] = useState(0);
  const open = () => setOpened(Date.now());
  useHotkeys([["mod+K", open]], []);
  useEffect(() => openIfAskedEarly(() => setOpened(Date.now())), []);
  return (
    <>
      <KeepEarlyPalette />
      <button type="button" className={classes.search} onClick={open} aria-keyshortcuts="Control+K Meta+K">
        <Search size={16} strokeWidth={1.5} aria-hidden="true" />
        <span>{t("search")}</span>
        <kbd className={classes.kbd} aria-hidden="true">
          Ctrl K
        </kbd>
      </button>
      {opened > 0 && <PaletteDialog openedAt={opened} />}
    </>
  );
}
