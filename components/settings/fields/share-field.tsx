"use client";

import { TextInput } from "@mantine/core";
import { type FieldProps, useField } from "../fields-context.ts";

/** A number of pods, or a share of the replicas ("25%"). */
export function ShareField(place: FieldProps<"strategy.maxSurge" | "strategy.maxUnavailable">) {
  const { value, set, shared, readOnly } = useField(place);
  return (
    <TextInput
      {...shared}
      value={String(value ?? "")}
      onChange={(event) => {
        const text = event.currentTarget.value.trim();
        set(/^\d+$/.test(text) ? Number(text) : text);
      }}
      readOnly={readOnly}
      spellCheck={false}
    />
  );
}
