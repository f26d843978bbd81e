"use client";

import { TextInput } from "@mantine/core";
import { type ComponentProps, useState } from "react";

type Props = Omit<ComponentProps<typeof TextInput>, "value" | "onChange"> & {
  value: readonly string[];
  onChange: (words: string[]) => void;
};

/** A few words in one line, with spaces or commas between them. */
export function WordsInput({ value, onChange, ...rest }: Props) {
  const [typing, setTyping] = useState<string | null>(null);
  return (
    <TextInput
      {...rest}
      value={typing ?? value.join(" ")}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyping(text);
        onChange(text.split(/[\s,]+/).filter((word) => word !== ""));
      }}
      onBlur={() => setTyping(null)}
      spellCheck={false}
    />
  );
}
