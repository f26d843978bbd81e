"use client";

import { TextInput } from "@mantine/core";
import classes from "../../fields/fields.module.css";
import { type FieldProps, type TextPath, useField } from "../fields-context.ts";

/** One line of text, in the mono face: paths, names and addresses are read sign by sign. */
export function TextField({ placeholder, ...place }: FieldProps<TextPath> & { placeholder?: string }) {
  const { value, set, shared, readOnly } = useField(place);
  return (
    <TextInput
      {...shared}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => set(event.currentTarget.value)}
      placeholder={placeholder}
      readOnly={readOnly}
      className={classes.mono}
      spellCheck={false}
    />
  );
}
