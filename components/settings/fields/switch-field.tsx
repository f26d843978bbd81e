"use client";

import { Switch } from "@mantine/core";
import { type FieldProps, type FlagPath, useField } from "../fields-context.ts";

/** Yes or no. */
export function SwitchField(place: FieldProps<FlagPath>) {
  const { value, set, shared, readOnly } = useField(place);
  return (
    <Switch
      label={shared.label ?? shared["aria-label"]}
      description={shared.description}
      error={shared.error}
      checked={value === true}
      disabled={readOnly}
      onChange={(event) => set(event.currentTarget.checked)}
    />
  );
}
