"use client";

import { useCallback, useState } from "react";
import { SCREEN_THEMES, type ScreenTheme } from "./xterm.ts";

const KEY = "kepler-terminal-theme";

const remembered = (): ScreenTheme =>
  SCREEN_THEMES.find((theme) => typeof window !== "undefined" && theme === localStorage.getItem(KEY)) ?? "night";

/** The screen's colours, remembered in this browser. */
export function useScreenTheme(): [ScreenTheme, () => void] {
  const [theme, setTheme] = useState(remembered);
  const turn = useCallback(() => {
    setTheme((now) => {
      const next = now === "night" ? "paper" : "night";
      localStorage.setItem(KEY, next);
      return next;
    });
  }, []);
  return [theme, turn];
}
