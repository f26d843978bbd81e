"use client";

import { useTranslations } from "use-intl";
import type { TerminalView } from "#lib/terminal/schema";
import { KeyValue } from "../ui/key-value.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useEndWords } from "./use-end-words.ts";

/** Who was where, why, and how it ended. */
export function SessionFacts({ of }: { of: TerminalView }) {
  const t = useTranslations("terminal.replay");
  const endWords = useEndWords();
  const { endReason: reason, exitCode, error } = of;
  return (
    <KeyValue
      facts={[
        { key: "by", label: t("by"), value: of.by ?? t("nobody") },
        { key: "where", label: t("where"), value: <code>{`${of.environment} · ${of.pod} / ${of.container}`}</code> },
        { key: "reason", label: t("reason"), value: of.reason ?? "–" },
        { key: "began", label: t("began"), value: <RelativeTime at={of.startedAt ?? of.requestedAt} /> },
        {
          key: "ended",
          label: t("ended"),
          value: reason === null ? t("goesOn") : endWords({ reason, exitCode, error }),
        },
      ]}
    />
  );
}
