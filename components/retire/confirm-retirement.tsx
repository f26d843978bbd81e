"use client";

import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useErrorText } from "../shell/use-error-text.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import classes from "./retire.module.css";

type Props = {
  app: string;
  /** The words of the button. */
  label: string;
  /** Why it cannot be confirmed yet. */
  why: string | undefined;
  /** Until it is known what goes: nothing is typed before what may be chosen above it. */
  waits?: boolean;
  busy: boolean;
  error: unknown;
  onCancel: () => void;
  onConfirm: (confirmed: { name: string; reason: string }) => void;
};

/** The end of the dialog of a retirement: its reason, and the name, typed. */
export function ConfirmRetirement({ app, label, why, waits, busy, error, onCancel, onConfirm }: Props) {
  const t = useTranslations("retire.confirm");
  const errorText = useErrorText();
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const missing = name !== app ? t("nameMissing", { app }) : reason.trim() === "" ? t("reasonMissing") : undefined;
  return (
    <form
      className={classes.confirm}
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === undefined && why === undefined) onConfirm({ name, reason });
      }}
    >
      {error != null && (
        <Message state="fail" title={t("failed")}>
          {errorText(error)}
        </Message>
      )}
      <div className={classes.inputs}>
        <TextInput
          label={t("reason")}
          disabled={waits}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={500}
        />
        <TextInput
          label={t.rich("name", { app: () => <code>{app}</code> })}
          disabled={waits}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <div className={classes.buttons}>
        <Button onClick={onCancel}>{t("cancel")}</Button>
        <Button look="danger" type="submit" busy={busy} why={busy ? undefined : (why ?? missing)}>
          {label}
        </Button>
      </div>
    </form>
  );
}
