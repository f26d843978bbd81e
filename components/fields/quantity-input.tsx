"use client";

import { TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { parseQuantity, type QuantityKind, quantityText } from "./quantity-text.ts";

type Props = {
  /** Its place in the document, for links that lead to it. */
  field?: string;
  label: ReactNode;
  kind: QuantityKind;
  /** Millis of a core or bytes; text while it is none. */
  value: number | string;
  onChange: (value: number | string) => void;
  error?: ReactNode;
  description?: ReactNode;
  readOnly?: boolean;
};

/** CPU or bytes with a unit, as people write them; on leaving it says what was understood. */
export function QuantityInput({ field, kind, value, onChange, ...rest }: Props) {
  const t = useTranslations("fields.quantity");
  const [typing, setTyping] = useState<string | null>(null);
  return (
    <TextInput
      {...rest}
      data-field={field}
      value={typing ?? (typeof value === "number" ? quantityText(kind, value) : value)}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyping(text);
        onChange(parseQuantity(kind, text) ?? text);
      }}
      onBlur={() => setTyping(null)}
      rightSection={kind === "cpu" ? t("cores") : undefined}
      rightSectionWidth={56}
      inputWrapperOrder={["label", "input", "description", "error"]}
      inputMode={kind === "cpu" ? "decimal" : "text"}
      spellCheck={false}
    />
  );
}
