"use client";

import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Moon, Sun } from "lucide-react";
import { useTranslations } from "use-intl";
import { IconButton } from "../ui/icon-button.tsx";

/** Light or dark; until one is chosen, as the system has it. */
export function ThemeSwitch() {
  const t = useTranslations("shell");
  const { setColorScheme } = useMantineColorScheme();
  // Light on the server and at first paint; the script in the head has already coloured the page.
  const dark = useComputedColorScheme("light") === "dark";
  const Icon = dark ? Sun : Moon;
  return (
    <IconButton label={t(dark ? "toLight" : "toDark")} onClick={() => setColorScheme(dark ? "light" : "dark")}>
      <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
    </IconButton>
  );
}
