"use client";

import { NumberField } from "../fields/number-field.tsx";
import classes from "../settings.module.css";

/** How new pods take the place of old ones, and how long old ones have to end. */
export function RolloutFields() {
  return (
    <div className={classes.grid}>
      <NumberField at="strategy.maxSurge" />
      <NumberField at="strategy.maxUnavailable" />
      <NumberField at="strategy.minReadySeconds" unit="s" />
      <NumberField at="strategy.progressDeadlineSeconds" unit="s" />
      <NumberField at="strategy.drainSeconds" unit="s" />
      <NumberField at="strategy.terminationGracePeriodSeconds" unit="s" />
    </div>
  );
}
