"use client";

import { NumberInput } from "@mantine/core";
import { type FieldProps, type NumberPath, useField } from "../fields-context.ts";

type Props = FieldProps<NumberPath> & { unit?: string; autoFocus?: boolean };

/** A whole number; what is not one yet stays as typed. */
export function NumberField({ unit, autoFocus = false, ...place }: Props) {
  const { value, set, shared, readOnly } = useField(place);
  return (
    <NumberInput
      {...shared}
      value={typeof value === "number" || typeof value === "string" ? value : ""}
      onChange={set}
      readOnly={readOnly}
      rightSection={unit}
      hideControls={unit !== undefined}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="none"
      data-autofocus={autoFocus || undefined}
    />
  );
}
