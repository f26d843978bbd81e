"use client";

import { NumberInput, type NumberInputProps } from "@mantine/core";
import { MOST_REPLICAS } from "#lib/apps/spec-schema";

type Props = Pick<NumberInputProps, "label" | "error" | "description"> & {
  /** "" while nothing is typed. */
  value: number | "";
  onChange: (value: number | "") => void;
  /** Where a dialog puts the focus. */
  "data-autofocus"?: boolean;
};

/** How many pods: a whole number that a service may have. */
export function ReplicasInput({ onChange, ...props }: Props) {
  return (
    <NumberInput
      {...props}
      onChange={(value) => onChange(typeof value === "number" ? value : "")}
      min={0}
      max={MOST_REPLICAS}
      allowDecimal={false}
      allowNegative={false}
      inputWrapperOrder={["label", "input", "description", "error"]}
    />
  );
}
