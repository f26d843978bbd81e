"use client";

import { NumberInput } from "@mantine/core";
import { type FieldProps, type NumberPath, useField } from "../fields-context.ts";

type Props = FieldProps<NumberPath> & {
  unit?: string;
  autoFocus?: boolean;
  /** Empty is null: the setting is not made. */
  optional?: boolean;
};

/** A whole number; what is not one yet stays as typed. */
export function NumberField({ unit, autoFocus = false, optional = false, ...place }: Props) {
  const { value, set, shared, readOnly } = useField(place);
  return (
    <NumberInput
      {...shared}
      value={typeof value === "number" || typeof value === "string" ? value : ""}
      onChange={(next) => set(optional && next === "" ? null : next)}
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
