"use client";

import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import { useOptions } from "../use-options.ts";

/** What the program listens on; Service, routes and probes use these. */
export function PortFields() {
  const t = useTranslations("settings.ports");
  const options = useOptions();
  const { form, change, errorAt, readOnly } = useFields();
  return (
    <Rows
      label={t("title")}
      error={errorAt("ports")}
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
          <ChoiceField at={`ports.${row}.protocol`} row={row} options={options("http", "grpc", "tcp")} />
        </>
      )}
    </Rows>
  );
}
