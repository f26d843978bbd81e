"use client";

import { NativeSelect } from "@mantine/core";
import { type AnyPath, type FieldProps, useField } from "../fields-context.ts";

type Props = FieldProps<AnyPath> & {
  options: readonly { value: string; label: string }[];
  /** Instead of writing the value alone: where another choice brings other fields with it. */
  onChoose?: (value: string) => void;
  readOnly?: boolean;
};

/** One of a few values. */
export function ChoiceField({ options, onChoose, readOnly: fixed = false, ...place }: Props) {
  const { value, set, shared, readOnly } = useField(place);
  return (
    <NativeSelect
      {...shared}
      value={String(value ?? "")}
      onChange={(event) => (onChoose ?? set)(event.currentTarget.value)}
      data={readOnly || fixed ? options.filter((option) => option.value === String(value ?? "")) : [...options]}
    />
  );
}
