"use client";

import { useTranslations } from "use-intl";
import type { DiagnosisView } from "#lib/diagnosis/schema";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { CopyWords } from "./copy-words.tsx";
import classes from "./diagnosis.module.css";

type Props = { gap: DiagnosisView["gaps"][number]; seenAt: string | null };

/** What could not be looked at: not allowed, or no answer. Neither means that nothing is there. */
export function GapRow({ gap, seenAt }: Props) {
  const t = useTranslations("diagnosis");
  const text = usePublicErrorText();
  return (
    <li>
      <div className={classes.line}>
        <Glyph name="unknown" />
        <div className={classes.text}>
          <b>{t("gap", { what: gap.what })}</b>
          <p>{text(gap.error)}</p>
          {gap.error.code === "denied" && (
            <div className={classes.actions}>
              <CopyWords words={`${t("gap", { what: gap.what })}\n${gap.error.message}`}>
                {t("action.rights")}
              </CopyWords>
            </div>
          )}
          {seenAt && <p className="k-quiet">{t.rich("lastSeen", { ago: () => <RelativeTime at={seenAt} /> })}</p>}
        </div>
      </div>
    </li>
  );
}
