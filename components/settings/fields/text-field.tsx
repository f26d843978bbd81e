"use client";

import { Textarea, TextInput } from "@mantine/core";
import type { ChangeEvent } from "react";
import classes from "../../fields/fields.module.css";
import { type FieldProps, type TextPath, useField } from "../fields-context.ts";

type Props = FieldProps<TextPath> & {
  placeholder?: string;
  /** Empty is null: the setting is not made. */
  optional?: boolean;
  /** A line of its own in a row of fields: a host is read whole. */
  whole?: boolean;
  /** So many lines to begin with. */
  lines?: number;
};

/** Text in the mono face: paths, names and addresses are read sign by sign. */
export function TextField({ placeholder, optional = false, whole = false, lines, ...place }: Props) {
  const { value, set, shared, readOnly } = useField(place);
  const input = {
    ...shared,
    value: typeof value === "string" ? value : "",
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      const text = event.currentTarget.value;
      set(optional && text === "" ? null : text);
    },
    placeholder,
    readOnly,
    className: whole ? `${classes.mono} ${classes.whole}` : classes.mono,
    spellCheck: false,
  };
  return lines === undefined ? <TextInput {...input} /> : <Textarea {...input} autosize minRows={lines} maxRows={20} />;
}
