"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { DiagnosisView } from "#lib/diagnosis/schema";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { CopyWords } from "./copy-words.tsx";
import classes from "./diagnosis.module.css";

type Gap = DiagnosisView["gaps"][number];
type Props = { what: readonly string[]; error: Gap["error"]; seenAt: string | null };

/** What could not be looked at for one reason: not allowed, or no answer. Neither means that nothing is there. */
export function GapRow({ what, error, seenAt }: Props) {
  const t = useTranslations("diagnosis");
  const format = useFormatter();
  const text = usePublicErrorText();
  const title = t("gap", { what: format.list(what) });
  return (
    <li>
      <div className={classes.line}>
        <Glyph name="unknown" />
        <div className={classes.text}>
          <b>{title}</b>
          <p>{text(error)}</p>
          {error.code === "denied" && (
            <div className={classes.actions}>
              <CopyWords words={`${title}\n${error.message}`}>{t("action.rights")}</CopyWords>
            </div>
          )}
          {seenAt && <p className="k-quiet">{t.rich("lastSeen", { ago: () => <RelativeTime at={seenAt} /> })}</p>}
        </div>
      </div>
    </li>
  );
}
