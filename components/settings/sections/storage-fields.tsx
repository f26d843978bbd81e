"use client";

import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { QuantityField } from "../fields/quantity-field.tsx";
import { SwitchField } from "../fields/switch-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import { useOptions } from "../use-options.ts";
import { volumeOf } from "../volume-rules.ts";

/** Where the container keeps what its own file system does not: empty room, a claim, or a claim for each pod. */
export function StorageFields() {
  const t = useTranslations("settings.storage");
  const options = useOptions();
  const { form, change, errorAt, readOnly } = useFields();
  const { volumes, workload } = form;
  // Only a StatefulSet makes claims of its pods' own.
  const kinds = workload.kind === "statefulset" ? options("empty", "claim", "template") : options("empty", "claim");
  return (
    <Rows
      label={t("title")}
      none={t("none")}
      error={errorAt("volumes")}
      rows={volumes}
      onChange={(next) => change({ ...form, volumes: next })}
      blank={() => volumeOf("empty", { name: "", mountPath: "" })}
      add={t("add")}
      remove={({ name }) => t("remove", { name })}
      readOnly={readOnly}
      labelled
    >
      {(volume, row) => (
        <>
          <TextField at={`volumes.${row}.name`} row={row} placeholder="data" />
          <TextField at={`volumes.${row}.mountPath`} row={row} placeholder="/var/lib/app" />
          <ChoiceField
            at={`volumes.${row}.type`}
            name="volumeType"
            row={row}
            options={kinds}
            onChoose={(type) =>
              change({ ...form, volumes: volumes.map((other, i) => (i === row ? volumeOf(type, other) : other)) })
            }
          />
          {volume.type === "empty" && (
            <>
              <ChoiceField at={`volumes.${row}.medium`} options={options("disk", "memory")} />
              <QuantityField at={`volumes.${row}.sizeLimitBytes`} kind="bytes" optional />
            </>
          )}
          {volume.type === "claim" && (
            <>
              <TextField at={`volumes.${row}.claimName`} />
              <TextField at={`volumes.${row}.subPath`} optional />
              <SwitchField at={`volumes.${row}.readOnly`} />
            </>
          )}
          {volume.type === "template" && (
            <>
              <QuantityField at={`volumes.${row}.sizeBytes`} kind="bytes" />
              <TextField at={`volumes.${row}.storageClass`} optional />
            </>
          )}
        </>
      )}
    </Rows>
  );
}
