"use client";

import { IconButton } from "../ui/icon-button.tsx";
import { useChangeLocale } from "./use-change-locale.ts";

/** Named in the language it leads to, so that whoever needs it can read it. */
const NAMES = { en: ["EN", "English (EN)"], zh: ["中", "中文"] } as const;

export function LanguageSwitch() {
  const { next, change } = useChangeLocale();
  const [short, label] = NAMES[next];
  return (
    <IconButton label={label} lang={next} onClick={change}>
      {short}
    </IconButton>
  );
}
