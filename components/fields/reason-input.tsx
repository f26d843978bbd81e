"use client";

import { TextInput } from "@mantine/core";

type Props = {
  /** What is asked for; it stands in the line itself. */
  label: string;
  value: string;
  onChange: (reason: string) => void;
  small?: boolean;
};

/** Why somebody does something, in one line beside the button that does it. */
export function ReasonInput({ label, value, onChange, small = false }: Props) {
  return (
    <TextInput
      size={small ? "xs" : undefined}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      maxLength={500}
    />
  );
}
