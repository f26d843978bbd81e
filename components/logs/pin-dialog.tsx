"use client";

import { Textarea } from "@mantine/core";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { MOST_PINNED_CHARACTERS, MOST_PINNED_LINES } from "#lib/logs/pin-schema";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import type { LogLine } from "../ui/log-buffer.ts";
import { Message } from "../ui/message.tsx";
import classes from "./logs.module.css";
import { usePinLog } from "./use-pins.ts";

type Props = {
  app: AppView;
  environmentId: string;
  /** Null = the app's own. */
  container: string | null;
  /** In the order of their times. */
  lines: LogLine[];
  onClose: () => void;
};

/** Asks why these lines are kept; afterwards says where they are. */
export function PinDialog({ app, environmentId, container, lines, onClose }: Props) {
  const t = useTranslations("logs.pin");
  const releases = useTranslations("releases");
  const [reason, setReason] = useState("");
  const pin = usePinLog(app);
  const path = pin.data && `/services/${app.name}/logs/pins/${pin.data.id}`;
  const tooMuch =
    lines.length > MOST_PINNED_LINES || lines.reduce((sum, { text }) => sum + text.length, 0) > MOST_PINNED_CHARACTERS;
  const send = () =>
    pin.mutate({
      environmentId,
      container: container ?? undefined,
      reason,
      lines: lines.map(({ source: pod = "", at = "", text }) => ({ pod, at, text })),
    });
  const why = tooMuch
    ? t("tooMuch", { count: MOST_PINNED_LINES })
    : reason.trim() === ""
      ? t("reasonMissing")
      : undefined;

  return (
    <Dialog
      opened
      onClose={onClose}
      title={t("title", { count: lines.length })}
      footer={
        path === undefined ? (
          <>
            <Button onClick={onClose}>{releases("cancel")}</Button>
            <Button look="primary" why={why} busy={pin.isPending} onClick={send}>
              {t("confirm")}
            </Button>
          </>
        ) : (
          <Button look="primary" onClick={onClose}>
            {t("done")}
          </Button>
        )
      }
    >
      {path === undefined ? (
        <>
          <p>{t("text")}</p>
          <Textarea
            label={t("reason")}
            description={t("reasonHint")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            autosize
            minRows={2}
            data-autofocus
            required
          />
          <pre className={classes.sample} tabIndex={0}>
            {lines.map(({ text }) => text).join("\n")}
          </pre>
          {pin.error && <Failure error={pin.error} />}
        </>
      ) : (
        <Message state="ok" title={t("kept")}>
          <Link className="k-link" href={path}>
            {t("open")}
          </Link>{" "}
          <CopyButton value={`${window.location.origin}${path}`} />
        </Message>
      )}
    </Dialog>
  );
}
