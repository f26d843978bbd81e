"use client";

import { useTranslations } from "use-intl";
import { stringify } from "yaml";
import { configMoves } from "#lib/releases/plan/config-rules";
import { specChanges } from "#lib/releases/preview/spec-diff-rules";
import type { ReleaseView } from "#lib/releases/schema";
import { ConfigMoves } from "../config/config-moves.tsx";
import { Failure } from "../shell/failure.tsx";
import { CodeDiff } from "../ui/code-diff.tsx";
import { Panel } from "../ui/panel.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { ChangeWords } from "./change-words.tsx";
import classes from "./releases.module.css";
import { useRelease } from "./use-releases.ts";

/** Two releases side by side: words first, the whole Spec second; the older one always stands on the left. */
export function CompareReleases({ first, second }: { first: string; second: string }) {
  const t = useTranslations("releases");
  const a = useRelease(first);
  const b = useRelease(second);
  const error = a.error ?? b.error;
  if (error) return <Failure error={error} />;
  if (!a.data || !b.data) return <SkeletonRows columns="160px 1fr 1fr" />;
  const [before, after] = a.data.requestedAt <= b.data.requestedAt ? [a.data, b.data] : [b.data, a.data];
  const apart = before.environment !== after.environment;
  const nameOf = ({ number, environment }: ReleaseView) => (apart ? `${environment} #${number}` : `#${number}`);
  const changes = specChanges(before.spec, after.spec);
  const moves = configMoves(before.spec, after.spec);
  return (
    <div className={classes.page}>
      <h2>{t("compareTitle", { before: nameOf(before), after: nameOf(after) })}</h2>
      <Panel title={t("column.what")} padded>
        {changes.length === 0 ? <p>{t("same")}</p> : <ChangeWords changes={changes} />}
      </Panel>
      {!apart && moves.length > 0 && (
        <Panel title={t("change.config")} padded>
          <ConfigMoves app={before.app} environment={before.environment} moves={moves} />
        </Panel>
      )}
      {changes.length > 0 && (
        <Panel title={t("spec")} padded>
          <CodeDiff before={stringify(before.spec)} after={stringify(after.spec)} label={t("spec")} />
        </Panel>
      )}
    </div>
  );
}
