"use client";

import classes from "../../fields/fields.module.css";
import { WordsInput } from "../../fields/words-input.tsx";
import { type FieldProps, useField, useFields, type WordsPath } from "../fields-context.ts";

type Props = FieldProps<WordsPath> & {
  placeholder?: string;
  /** What is one becomes a number; the rest stays as typed. */
  numbers?: boolean;
};

/** A list of words in one line; what is wrong with any of them stands under it. */
export function WordsField({ placeholder, numbers = false, ...place }: Props) {
  const { value, set, shared, readOnly } = useField(place);
  const { errorBelow } = useFields();
  return (
    <WordsInput
      {...shared}
      error={errorBelow(place.at)}
      value={Array.isArray(value) ? value.map(String) : []}
      onChange={(words) => set(numbers ? words.map((word) => (/^\d+$/.test(word) ? Number(word) : word)) : words)}
      placeholder={placeholder}
      readOnly={readOnly}
      className={classes.mono}
    />
  );
}
