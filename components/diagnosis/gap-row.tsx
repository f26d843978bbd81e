"use client";

import { useTranslations } from "use-intl";
import type { DiagnosisView } from "#lib/diagnosis/schema";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
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
          {seenAt && <p className="k-quiet">{t.rich("lastSeen", { ago: () => <RelativeTime at={seenAt} /> })}</p>}
        </div>
      </div>
    </li>
  );
}
