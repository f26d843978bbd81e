"use client";

import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { PairsField } from "../fields/pairs-field.tsx";
import { SwitchField } from "../fields/switch-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";
import { useOptions } from "../use-options.ts";

/** Where pods may go, and how far apart. */
export function PlacementFields() {
  const t = useTranslations("settings.placement");
  const options = useOptions();
  const { form, change, errorAt, readOnly } = useFields();
  const { placement } = form;
  const effects = options("every-effect", "NoSchedule", "PreferNoSchedule", "NoExecute").map(({ value, label }) => ({
    value: value === "every-effect" ? "" : value,
    label,
  }));
  return (
    <>
      <div className={classes.grid}>
        <ChoiceField at="placement.antiAffinity" options={options("none", "preferred", "required")} />
      </div>
      <PairsField at="placement.nodeSelector" name="nodeSelector" pairs={placement.nodeSelector} />
      <Rows
        title={t("tolerations")}
        error={errorAt("placement.tolerations")}
        rows={placement.tolerations}
        onChange={(tolerations) => change({ ...form, placement: { ...placement, tolerations } })}
        blank={() => ({ key: "", operator: "equal" as const, value: "", effect: null })}
        add={t("addToleration")}
        remove={({ key }) => t("removeToleration", { key })}
        readOnly={readOnly}
        labelled
      >
        {(toleration, row, replace) => (
          <>
            <TextField at={`placement.tolerations.${row}.key`} row={row} />
            <ChoiceField
              at={`placement.tolerations.${row}.operator`}
              row={row}
              options={options("equal", "exists")}
              onChoose={(operator) => replace(operator === "exists" ? { operator, value: "" } : { operator: "equal" })}
            />
            {toleration.operator === "equal" && <TextField at={`placement.tolerations.${row}.value`} row={row} />}
            <ChoiceField
              at={`placement.tolerations.${row}.effect`}
              row={row}
              options={effects}
              onChoose={(effect) =>
                replace({
                  effect:
                    (["NoSchedule", "PreferNoSchedule", "NoExecute"] as const).find((one) => one === effect) ?? null,
                })
              }
            />
          </>
        )}
      </Rows>
      <Rows
        title={t("spread")}
        error={errorAt("placement.spread")}
        rows={placement.spread}
        onChange={(spread) => change({ ...form, placement: { ...placement, spread } })}
        blank={() => ({ over: "nodes" as const, maxSkew: 1, strict: false })}
        add={t("addSpread")}
        remove={(_, index) => t("removeSpread", { n: index + 1 })}
        readOnly={readOnly}
        labelled
      >
        {(_, row) => (
          <>
            <ChoiceField at={`placement.spread.${row}.over`} row={row} options={options("nodes", "zones")} />
            <NumberField at={`placement.spread.${row}.maxSkew`} row={row} />
            <SwitchField at={`placement.spread.${row}.strict`} />
          </>
        )}
      </Rows>
    </>
  );
}
