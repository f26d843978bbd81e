"use client";

import { Switch } from "@mantine/core";
import type { ReactNode } from "react";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";

type Props = { name: string; hint?: string; on: boolean; onSwitch: (on: boolean) => void; children: ReactNode };

/** One rule of a route, and its fields while it is on. */
export function Rule({ name, hint, on, onSwitch, children }: Props) {
  const { readOnly } = useFields();
  return (
    <>
      <Switch
        label={name}
        description={hint}
        checked={on}
        disabled={readOnly}
        onChange={(event) => onSwitch(event.currentTarget.checked)}
      />
      {on && <div className={classes.grid}>{children}</div>}
    </>
  );
}
