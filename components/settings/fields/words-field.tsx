"use client";

import classes from "../../fields/fields.module.css";
import { WordsInput } from "../../fields/words-input.tsx";
import { type FieldProps, useField, useFields, type WordsPath } from "../fields-context.ts";

/** A list of words in one line; what is wrong with any of them stands under it. */
export function WordsField({ placeholder, ...place }: FieldProps<WordsPath> & { placeholder?: string }) {
  const { value, set, shared, readOnly } = useField(place);
  const { errorBelow } = useFields();
  return (
    <WordsInput
      {...shared}
      error={errorBelow(place.at)}
      value={Array.isArray(value) ? value.map(String) : []}
      onChange={set}
      placeholder={placeholder}
      readOnly={readOnly}
      className={classes.mono}
    />
  );
}
