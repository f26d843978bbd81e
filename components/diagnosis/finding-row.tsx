"use client";

import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import type { Evidence, Finding } from "#lib/diagnosis/schema";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useSentence } from "../ui/sentences-context.tsx";
import classes from "./diagnosis.module.css";
import { FindingActions } from "./finding-actions.tsx";

type Props = { app: AppView; place: AppEnvironmentView; finding: Finding; before: number | null };

/** One finding: the sentence, what to do, the buttons that lead there, and on what grounds it is said. */
export function FindingRow({ app, place, finding, before }: Props) {
  const t = useTranslations("diagnosis");
  const sentence = useSentence();
  const { error, evidence, level, pods } = finding;
  return (
    <li data-rule={finding.rule}>
      <div className={classes.line}>
        <Glyph name={level} />
        <div className={classes.text}>
          <b>{sentence(error.message)}</b>
          {error.next && <p>{sentence(error.next)}</p>}
          {pods.length > 1 && <p className="k-quiet">{t("inPods", { count: pods.length })}</p>}
          <FindingActions app={app} place={place} finding={finding} before={before} />
          <details className={classes.grounds} open={evidence.some(({ source }) => source === "log")}>
            <summary>{t("grounds")}</summary>
            <ul>
              {evidence.map((each, i) => (
                // Evidence has no name of its own and never changes its order.
                <EvidenceRow key={`${each.object} ${each.source} ${i}`} evidence={each} />
              ))}
            </ul>
          </details>
        </div>
      </div>
    </li>
  );
}

/** What was seen: by whom, where, when, in its own words. */
function EvidenceRow({ evidence: { system, source, object, text, at, count } }: { evidence: Evidence }) {
  const t = useTranslations("diagnosis");
  const sentence = useSentence();
  return (
    <li>
      <p className="k-small k-quiet">
        {t(`system.${system}`)} · {t(`source.${source}`)} · <code>{object}</code>
        {at && (
          <>
            {" · "}
            <RelativeTime at={at} />
          </>
        )}
        {count > 1 && ` · ${t("times", { count })}`}
      </p>
      {source === "log" ? <pre>{text}</pre> : <p className={classes.said}>{sentence(text)}</p>}
    </li>
  );
}
