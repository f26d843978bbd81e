"use client";

import { Textarea, TextInput } from "@mantine/core";
import { ClipboardPaste } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { EnvPaste } from "./env-paste.tsx";
import { type EnvVar, withPasted } from "./env-text.ts";
import classes from "./fields.module.css";
import { Rows } from "./rows.tsx";

type Props = {
  rows: readonly EnvVar[];
  onChange: (rows: EnvVar[]) => void;
  title?: string;
  error?: ReactNode;
  errorOf?: (index: number, part: keyof EnvVar) => ReactNode;
  readOnly?: boolean;
};

/** Environment variables, one a row; .env text can be pasted over them. */
export function EnvRows({ rows, onChange, title, error, errorOf, readOnly = false }: Props) {
  const t = useTranslations("fields.env");
  const [pasting, setPasting] = useState(false);
  return (
    <>
      <Rows
        title={title}
        label={t("title")}
        error={error}
        rows={rows}
        onChange={onChange}
        blank={() => ({ name: "", value: "" })}
        add={t("add")}
        remove={({ name }) => t("remove", { name })}
        readOnly={readOnly}
        actions={
          <Button
            look="plain"
            small
            icon={<ClipboardPaste size={14} strokeWidth={1.5} />}
            onClick={() => setPasting(!pasting)}
          >
            {t("paste")}
          </Button>
        }
      >
        {({ name, value }, index, replace) => (
          <>
            <TextInput
              aria-label={t("name")}
              placeholder={t("name")}
              value={name}
              onChange={(event) => replace({ name: event.currentTarget.value })}
              error={errorOf?.(index, "name")}
              className={classes.mono}
              readOnly={readOnly}
              spellCheck={false}
            />
            {/* A value may have lines. */}
            <Textarea
              aria-label={t("value", { name })}
              placeholder={t("valueHint")}
              value={value}
              onChange={(event) => replace({ value: event.currentTarget.value })}
              error={errorOf?.(index, "value")}
              className={`${classes.mono} ${classes.value}`}
              readOnly={readOnly}
              spellCheck={false}
              autosize
              minRows={1}
              maxRows={8}
            />
          </>
        )}
      </Rows>
      {pasting && (
        <EnvPaste
          onClose={() => setPasting(false)}
          onPaste={(pasted) => {
            onChange(withPasted(rows, pasted));
            setPasting(false);
          }}
        />
      )}
    </>
  );
}
