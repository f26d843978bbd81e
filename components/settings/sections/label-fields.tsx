"use client";

import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { PairsField } from "../fields/pairs-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { WordsField } from "../fields/words-field.tsx";
import { useFields } from "../fields-context.ts";

/** What others find the pods by, and hosts that the pods know by themselves. */
export function LabelFields() {
  const t = useTranslations("settings.labels");
  const { form, change, errorAt, readOnly } = useFields();
  return (
    <>
      <PairsField at="podLabels" name="podLabels" pairs={form.podLabels} />
      <PairsField at="podAnnotations" name="podAnnotations" pairs={form.podAnnotations} />
      <Rows
        title={t("hostAliases")}
        error={errorAt("hostAliases")}
        rows={form.hostAliases}
        onChange={(hostAliases) => change({ ...form, hostAliases })}
        blank={() => ({ ip: "", hostnames: [] })}
        add={t("addAlias")}
        remove={({ ip }) => t("removeAlias", { ip })}
        readOnly={readOnly}
        labelled
      >
        {(_, row) => (
          <>
            <TextField at={`hostAliases.${row}.ip`} row={row} placeholder="10.0.0.7" />
            <WordsField at={`hostAliases.${row}.hostnames`} row={row} placeholder="db.example.com" />
          </>
        )}
      </Rows>
    </>
  );
}
