"use client";

import { useTranslations } from "use-intl";
import { EnvRows } from "../../fields/env-rows.tsx";
import { Rows } from "../../fields/rows.tsx";
import { TextField } from "../fields/text-field.tsx";
import { TextsField } from "../fields/texts-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";

/** What the container starts with: command, arguments, environment, files. */
export function StartFields() {
  const t = useTranslations("settings.start");
  const { form, change, errorAt, readOnly } = useFields();
  return (
    <>
      <div className={classes.pair}>
        <TextsField at="command" none={t("image")} />
        <TextsField at="args" none={t("image")} />
      </div>
      <EnvRows
        title={t("env")}
        error={errorAt("env")}
        rows={form.env}
        onChange={(env) => change({ ...form, env })}
        errorOf={(index, part) => errorAt(`env.${index}.${part}`)}
        readOnly={readOnly}
      />
      <Rows
        title={t("files")}
        error={errorAt("files")}
        rows={form.files}
        onChange={(files) => change({ ...form, files })}
        blank={() => ({ path: "", mode: "0644", content: "" })}
        add={t("addFile")}
        remove={({ path }) => t("removeFile", { path })}
        readOnly={readOnly}
        labelled
      >
        {(_, row) => (
          <>
            <TextField at={`files.${row}.path`} row={row} placeholder="/etc/app/config.yaml" />
            <TextField at={`files.${row}.mode`} row={row} />
            <div className={classes.whole}>
              <TextField at={`files.${row}.content`} row={row} lines={3} />
            </div>
          </>
        )}
      </Rows>
    </>
  );
}
