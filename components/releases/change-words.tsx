"use client";

import { ArrowRight } from "lucide-react";
import { useTranslations } from "use-intl";
import type { SpecChange } from "#lib/releases/drift/schema";
import { changeName, printable } from "./change-text.ts";
import classes from "./releases.module.css";

/** What changes, in words: name, before, after. Says so when nothing does. */
export function ChangeWords({ changes }: { changes: SpecChange[] }) {
  const t = useTranslations("releases");
  if (changes.length === 0) return <p className="k-quiet">{t("noChange")}</p>;
  return (
    <dl className={classes.changes}>
      {changes.map(({ field, before, after }, index) => (
        // A list of two routes may change the same field twice.
        <div key={`${field}-${index.toString()}`}>
          <dt>{changeName(t, field)}</dt>
          <dd className={classes.before}>{printable(t, field, before)}</dd>
          <dd className={classes.after}>
            <ArrowRight size={14} strokeWidth={1.5} role="img" aria-label={t("to")} />
            {printable(t, field, after)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
