"use client";

import { NumberField } from "../fields/number-field.tsx";
import classes from "../settings.module.css";

/** How many pods. */
export function ScaleFields() {
  return (
    <div className={classes.grid}>
      <NumberField at="replicas" autoFocus />
    </div>
  );
}
