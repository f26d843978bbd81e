"use client";

import { Textarea } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import classes from "./fields.module.css";
import { Rows } from "./rows.tsx";

type Props = {
  label: string;
  /** Shown where there is no row. */
  none?: ReactNode;
  rows: readonly string[];
  onChange: (rows: string[]) => void;
  error?: ReactNode;
  errorOf: (index: number) => ReactNode;
  readOnly?: boolean;
};

/** A list of texts, each of which may have lines: the words of a command, host names. */
export function TextRows({ label, none, rows, onChange, error, errorOf, readOnly = false }: Props) {
  const t = useTranslations("fields.texts");
  const wrapped = rows.map((text) => ({ text }));
  return (
    <Rows
      title={label}
      none={none}
      error={error}
      rows={wrapped}
      onChange={(next) => onChange(next.map(({ text }) => text))}
      blank={() => ({ text: "" })}
      add={t("add")}
      remove={(_, index) => t("remove", { n: index + 1 })}
      readOnly={readOnly}
    >
      {({ text }, index, replace) => (
        <Textarea
          aria-label={t("nth", { label, n: index + 1 })}
          value={text}
          onChange={(event) => replace({ text: event.currentTarget.value })}
          error={errorOf(index)}
          readOnly={readOnly}
          className={classes.mono}
          spellCheck={false}
          autosize
          minRows={1}
          maxRows={8}
        />
      )}
    </Rows>
  );
}
