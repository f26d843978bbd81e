"use client";

import { QuantityInput } from "../../fields/quantity-input.tsx";
import type { QuantityKind } from "../../fields/quantity-text.ts";
import { type FieldProps, type NumberPath, useField } from "../fields-context.ts";

type Props = FieldProps<NumberPath> & { kind: QuantityKind; optional?: boolean };

/** CPU or bytes, with units. */
export function QuantityField({ kind, optional = false, ...place }: Props) {
  const { value, set, shared, readOnly } = useField(place, kind);
  return (
    <QuantityInput
      field={shared["data-field"]}
      label={shared.label}
      error={shared.error}
      description={shared.description}
      kind={kind}
      value={typeof value === "number" ? value : String(value ?? "")}
      onChange={(next) => set(optional && next === "" ? null : next)}
      readOnly={readOnly}
    />
  );
}
