"use client";

import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";

/** What the program listens on; the Service and the routes use these. */
export function PortFields() {
  const t = useTranslations("settings.ports");
  const { form, change, readOnly } = useFields();
  return (
    <Rows
      label={t("title")}
      rows={form.ports}
      onChange={(ports) => change({ ...form, ports })}
      blank={() => ({ name: "", port: "", protocol: "http" as const })}
      add={t("add")}
      remove={({ name }) => t("remove", { name })}
      readOnly={readOnly}
      labelled
    >
      {(_, row) => (
        <>
          <TextField at={`ports.${row}.name`} row={row} placeholder="http" />
          <NumberField at={`ports.${row}.port`} row={row} unit="" />
          <ChoiceField
            at={`ports.${row}.protocol`}
            row={row}
            options={(["http", "grpc", "tcp"] as const).map((value) => ({ value, label: t(value) }))}
          />
        </>
      )}
    </Rows>
  );
}
