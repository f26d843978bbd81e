"use client";

import { ChoiceField } from "../fields/choice-field.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { ShareField } from "../fields/share-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";
import { useOptions } from "../use-options.ts";

/** How new pods take the place of old ones, and how long old ones have to end. */
export function RolloutFields() {
  const options = useOptions();
  const { form, released } = useFields();
  const stateful = form.workload.kind === "statefulset";
  return (
    <>
      <div className={classes.grid}>
        <ChoiceField at="workload.kind" options={options("deployment", "statefulset")} readOnly={released} />
        {stateful ? (
          <ChoiceField at="workload.podManagement" options={options("ordered", "parallel")} readOnly={released} />
        ) : (
          <ChoiceField at="strategy.type" name="strategyType" options={options("rolling", "recreate")} />
        )}
        {form.strategy.type === "rolling" && (
          <>
            {!stateful && <ShareField at="strategy.maxSurge" />}
            <ShareField at="strategy.maxUnavailable" />
          </>
        )}
      </div>
      <div className={classes.grid}>
        <NumberField at="strategy.minReadySeconds" unit="s" />
        <NumberField at="strategy.progressDeadlineSeconds" unit="s" />
        <NumberField at="strategy.drainSeconds" unit="s" />
        <NumberField at="strategy.terminationGracePeriodSeconds" unit="s" />
      </div>
    </>
  );
}
