"use client";

import { Switch } from "@mantine/core";
import type { ReactNode } from "react";
import { Note } from "../../ui/note.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";

type Props = {
  /** Its place in the settings: what is wrong with the rule as a whole is said below it. */
  at?: string;
  name: string;
  hint?: string;
  on: boolean;
  onSwitch: (on: boolean) => void;
  children: ReactNode;
};

/** One rule of a route, and its fields while it is on. */
export function Rule({ at = "", name, hint, on, onSwitch, children }: Props) {
  const { readOnly, errorAt } = useFields();
  const wrong = errorAt(at);
  return (
    <>
      <Switch
        data-field={at || undefined}
        label={name}
        description={hint}
        checked={on}
        disabled={readOnly}
        onChange={(event) => onSwitch(event.currentTarget.checked)}
      />
      {wrong !== undefined && <Note state="fail">{wrong}</Note>}
      {on && <div className={classes.grid}>{children}</div>}
    </>
  );
}
