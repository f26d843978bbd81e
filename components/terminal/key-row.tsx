"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import classes from "./terminal.module.css";

const KEYS = [
  { name: "Esc", text: "\u001b" },
  { name: "Tab", text: "\t" },
  { name: "↑", text: "\u001b[A" },
  { name: "↓", text: "\u001b[B" },
  { name: "←", text: "\u001b[D" },
  { name: "→", text: "\u001b[C" },
  { name: "|", text: "|" },
  { name: "/", text: "/" },
  { name: "-", text: "-" },
  { name: "~", text: "~" },
] as const;
/** Ctrl and these letters: interrupt, end of input, clear, search, suspend, start of line. */
const WITH_CONTROL = ["c", "d", "l", "r", "z", "a"] as const;
const controlOf = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 96);

/** The keys that a phone's keyboard does not have. */
export function KeyRow({ onKey }: { onKey: (text: string) => void }) {
  const t = useTranslations("terminal.keys");
  const [control, setControl] = useState(false);
  const press = (text: string) => {
    setControl(false);
    onKey(text);
  };
  return (
    <div className={classes.keys} role="toolbar" aria-label={t("label")}>
      <button type="button" aria-pressed={control} onClick={() => setControl(!control)}>
        Ctrl
      </button>
      {control
        ? WITH_CONTROL.map((letter) => (
            <button type="button" key={letter} onClick={() => press(controlOf(letter))}>
              ^{letter.toUpperCase()}
            </button>
          ))
        : KEYS.map(({ name, text }) => (
            <button type="button" key={name} onClick={() => press(text)}>
              {name}
            </button>
          ))}
      <button type="button" onClick={() => void navigator.clipboard?.readText().then(press, () => undefined)}>
        {t("paste")}
      </button>
    </div>
  );
}
