"use client";

import { ChoiceField } from "../fields/choice-field.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { SwitchField } from "../fields/switch-field.tsx";
import { WordsField } from "../fields/words-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";
import { useOptions } from "../use-options.ts";

/** Who the program is to the kernel, and what it may do there. */
export function SecurityFields() {
  const options = useOptions();
  const { form, change } = useFields();
  const { security } = form;
  return (
    <>
      <div className={classes.pair}>
        <SwitchField at="security.runAsNonRoot" />
        <SwitchField at="security.readOnlyRootFilesystem" />
        <SwitchField at="security.allowPrivilegeEscalation" />
      </div>
      <div className={classes.grid}>
        <NumberField at="security.runAsUser" unit="" optional />
        <NumberField at="security.runAsGroup" unit="" optional />
        <NumberField at="security.fsGroup" unit="" optional />
        <WordsField at="security.dropCapabilities" placeholder="ALL" />
        <ChoiceField
          at="security.seccomp"
          options={[...options("cluster-default", "runtime-default")].map(({ value, label }) => ({
            value: value === "cluster-default" ? "" : value,
            label,
          }))}
          onChoose={(value) =>
            change({ ...form, security: { ...security, seccomp: value === "runtime-default" ? value : null } })
          }
        />
      </div>
    </>
  );
}
