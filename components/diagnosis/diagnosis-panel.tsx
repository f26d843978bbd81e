"use client";

import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { State } from "../ui/state.tsx";
import classes from "./diagnosis.module.css";
import { FindingRow } from "./finding-row.tsx";
import { GapRow } from "./gap-row.tsx";
import { byReason, isSilence } from "./gap-rules.ts";
import { useDiagnosis } from "./use-diagnosis.ts";

/** What is wrong with the service and why, who said so and when, and the way on; that nothing is, where nothing is. */
export function DiagnosisPanel({ app, place }: { app: AppView; place: AppEnvironmentView | undefined }) {
  const t = useTranslations("diagnosis");
  const { data, error, isFetching, refetch } = useDiagnosis(app, place);
  if (place === undefined || (data === undefined && !error)) return null;
  const old = data && data.seenAt !== data.checkedAt ? data.seenAt : null;
  const gaps = byReason(data?.gaps ?? []);
  const asked = gaps.some(isSilence) ? "askedOthers" : "asked";
  return (
    <Panel
      title={t("title")}
      meta={data && t.rich(asked, { cluster: data.cluster, ago: () => <RelativeTime at={data.checkedAt} /> })}
      actions={
        <Button look="plain" small busy={isFetching} onClick={() => void refetch()}>
          {t("again")}
        </Button>
      }
    >
      {error && <Failure error={error} />}
      {data && (
        <ul className={classes.findings} aria-label={t("title")}>
          {data.findings.map((finding) => (
            <FindingRow
              key={`${finding.rule} ${finding.error.message}`}
              app={app}
              place={place}
              finding={finding}
              before={data.before}
            />
          ))}
          {gaps.map(({ what, error }) => (
            <GapRow
              key={error.message}
              what={isSilence({ what, error }) ? [data.cluster] : what}
              error={error}
              seenAt={what.includes("pods") ? old : null}
            />
          ))}
          {data.findings.length === 0 && data.gaps.length === 0 && (
            <li>
              {place.ready < place.wanted ? (
                <State glyph="working">{t("nothingYet", { ready: place.ready, wanted: place.wanted })}</State>
              ) : (
                <State glyph="ok">{t("nothing")}</State>
              )}
            </li>
          )}
        </ul>
      )}
    </Panel>
  );
}
