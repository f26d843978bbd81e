"use client";

import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { ReleaseRow } from "#lib/releases/schema";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";

/** Whether the last daily proof found that this release could be restored, and why not; nothing before the first proof. */
export function Restorable({ row: { restorable } }: { row: ReleaseRow }) {
  const t = useTranslations("control.restorable");
  const format = useFormatter();
  const errorText = usePublicErrorText();
  if (restorable === null) return null;
  const { ready, reason, checkedAt } = restorable;
  const at = format.dateTime(new Date(checkedAt), { dateStyle: "medium", timeStyle: "short" });
  const words = [t(ready ? "ready" : "notReady"), reason && errorText(reason), t("since", { at })].filter(Boolean);
  const Icon = ready ? ShieldCheck : ShieldAlert;
  return (
    <span title={words.join(" · ")} data-ready={ready}>
      <Icon size={14} strokeWidth={1.5} role="img" aria-label={words.join(". ")} />
    </span>
  );
}
