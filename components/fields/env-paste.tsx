"use client";

import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { type EnvVar, parseEnvText } from "./env-text.ts";
import classes from "./fields.module.css";

type Props = { onPaste: (variables: EnvVar[]) => void; onClose: () => void };

/** A place for .env text; says what it understood before it is taken. */
export function EnvPaste({ onPaste, onClose }: Props) {
  const t = useTranslations("fields.env");
  const [text, setText] = useState("");
  const { variables, strange } = parseEnvText(text);
  return (
    <div className={classes.rows}>
      <Textarea
        label={t("pasteLabel")}
        description={t("pasteHint")}
        placeholder={"LOG_LEVEL=info\nGREETING='Hello there'"}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={strange[0] === undefined ? undefined : t("strange", { line: strange[0].slice(0, 60) })}
        className={classes.mono}
        spellCheck={false}
        autosize
        minRows={4}
        maxRows={12}
        data-autofocus
      />
      <div className={classes.actions}>
        <Button small why={variables.length === 0 ? t("pasteHint") : undefined} onClick={() => onPaste(variables)}>
          {t("take", { count: variables.length })}
        </Button>
        <Button look="plain" small onClick={onClose}>
          {t("pasteCancel")}
        </Button>
      </div>
    </div>
  );
}
