"use client";

import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { type FieldProps, useField, useFields } from "../fields-context.ts";
import { TextField } from "./text-field.tsx";

type Pair = { name: string; value: string };
type Props = Required<Pick<FieldProps<"podLabels" | "podAnnotations" | "placement.nodeSelector">, "at" | "name">> & {
  pairs: readonly Pair[];
};

/** Names with values: labels and annotations. */
export function PairsField({ at, name, pairs }: Props) {
  const t = useTranslations("settings.pairs");
  const { set, shared, readOnly } = useField({ at, name });
  const { errorAt } = useFields();
  return (
    <Rows
      title={shared.label}
      error={errorAt(at)}
      rows={pairs}
      onChange={set}
      blank={() => ({ name: "", value: "" })}
      add={t("add")}
      remove={(pair) => t("remove", pair)}
      readOnly={readOnly}
      labelled
    >
      {(_, row) => (
        <>
          <TextField at={`${at}.${row}.name`} row={row} />
          <TextField at={`${at}.${row}.value`} row={row} />
        </>
      )}
    </Rows>
  );
}
