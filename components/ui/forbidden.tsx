"use client";

import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import classes from "./empty.module.css";

type Props = { title?: ReactNode; children?: ReactNode; requestId?: string };

/** Forbidden is not empty: it exists, and this says who may see it; `requestId` is what to quote. */
export function Forbidden({ title, children, requestId }: Props) {
  const t = useTranslations("ui");
  return (
    <div className={classes.empty} role="alert">
      <Lock className={classes.icon} size={24} strokeWidth={1.5} aria-hidden="true" />
      <h2>{title ?? t("forbidden.title")}</h2>
      <p>{children ?? t("forbidden.text")}</p>
      {requestId !== undefined && (
        <span className={classes.quote}>{t.rich("quote", { id: () => <code>{requestId}</code> })}</span>
      )}
    </div>
  );
}
