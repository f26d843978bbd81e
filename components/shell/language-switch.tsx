"use client";

import buttons from "../ui/button.module.css";
import { useChangeLocale } from "./use-change-locale.ts";

/** Named in the language it leads to, so that whoever needs it can read it. */
const NAMES = { en: ["EN", "English"], zh: ["中", "中文"] } as const;

export function LanguageSwitch() {
  const { next, change } = useChangeLocale();
  const [short, name] = NAMES[next];
  return (
    <button type="button" className={buttons.icon} lang={next} title={name} onClick={change}>
      {short}
    </button>
  );
}
