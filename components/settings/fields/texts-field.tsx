"use client";

import type { ReactNode } from "react";
import { TextRows } from "../../fields/text-rows.tsx";
import { type FieldProps, type TextsPath, useField, useFields } from "../fields-context.ts";

type Props = FieldProps<TextsPath> & { none?: ReactNode };

/** A list of texts. */
export function TextsField({ none, ...place }: Props) {
  const { value, set, shared, readOnly } = useField(place);
  const { errorAt } = useFields();
  return (
    <TextRows
      label={shared.label ?? shared["aria-label"] ?? ""}
      none={none}
      rows={Array.isArray(value) ? value.map(String) : []}
      onChange={set}
      error={errorAt(place.at)}
      errorOf={(index) => errorAt(`${place.at}.${index}`)}
      readOnly={readOnly}
    />
  );
}
