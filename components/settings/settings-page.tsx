"use client";

import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { CanaryBanner } from "../releases/canary-banner.tsx";
import { useServiceActions } from "../service/service-actions-context.tsx";
import { useService } from "../service/use-service.ts";
import { Failure } from "../shell/failure.tsx";
import { useSelection } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Message } from "../ui/message.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { ConflictPanel } from "./conflict-panel.tsx";
import { FieldsContext, placeOf } from "./fields-context.ts";
import { SectionList } from "./section-list.tsx";
import { SECTION_IDS } from "./sections.ts";
import classes from "./settings.module.css";
import { useCollectedEdit, useSettings, useSettingsEdit } from "./use-settings.ts";
import { useShowWantedField } from "./use-wanted-field.ts";
import { WhatChanges } from "./what-changes.tsx";

/** Everything that a service wants in the chosen environment, in words; edits are collected and released together. */
export function SettingsPage({ app }: { app: AppView }) {
  const { environment } = useSelection();
  return environment && <Settings key={environment.id} initial={app} environment={environment} />;
}

function Settings({ initial, environment }: { initial: AppView; environment: EnvironmentView }) {
  const t = useTranslations("settings");
  const actions = useServiceActions();
  const { data: app } = useService(initial);
  const current = useSettings(app, environment.name);
  const edit = useSettingsEdit(current.data, useCollectedEdit(app, environment));
  useWarningBeforeLeaving(edit?.edited ?? false);
  useShowWantedField(edit !== null);

  if (current.error && current.data === undefined)
    return <Failure error={current.error} onRetry={() => void current.refetch()} />;
  if (current.data === undefined)
    return <SkeletonRows rows={SECTION_IDS.length} height={48} columns="16px 136px 1fr 60px" />;
  if (edit === null) return <Empty title={t("none")}>{t("noneHint")}</Empty>;

  const place = app.environments.find(({ environmentId }) => environmentId === environment.id);
  const first = current.data.release === null;
  const readOnly = actions.whyNotRelease !== undefined;
  const wrong = Object.keys(edit.problems).length;
  const noBuild = first && app.lastBuild?.state !== "succeeded" ? t("noBuild") : undefined;
  const whyNot =
    actions.whyNotRelease ??
    (edit.theirs ? t("conflictFirst") : undefined) ??
    (wrong > 0 ? t("problems", { count: wrong }) : undefined) ??
    (edit.edited ? noBuild : t("nothingEdited"));
  return (
    <div className={classes.page}>
      <div className={classes.main}>
        <div className={classes.messages}>
          {place?.onTrial && <CanaryBanner releaseId={place.inFlightReleaseId} />}
          {first && <Message state="unknown">{t("neverReleased", { environment: environment.name })}</Message>}
          {place?.health === "unreachable" && <Message state="unknown">{t("unreachable")}</Message>}
          <ConflictPanel edit={edit} release={current.data.release} />
        </div>
        <FieldsContext
          value={{
            ...edit,
            app,
            environment: environment.name,
            readOnly,
            released: !first,
            place: placeOf(app, environment),
          }}
        >
          <SectionList edit={edit} />
        </FieldsContext>
        <div className={classes.foot}>
          <span className={classes.count} role="status">
            {actions.whyNotRelease ??
              (wrong > 0 ? t("problems", { count: wrong }) : t("edited", { count: edit.changes.length }))}
          </span>
          {edit.edited && <Button onClick={edit.discard}>{t("discard")}</Button>}
          <Button look="primary" why={whyNot} onClick={() => actions.open({ kind: "configure" })}>
            {t("release")}
          </Button>
        </div>
      </div>
      <WhatChanges
        changes={edit.changes}
        release={edit.theirs ? null : current.data.release}
        nothing={readOnly ? t("changes.readOnly") : t("changes.nothing")}
      />
    </div>
  );
}

/** Edits stay in this browser tab, so leaving the page loses none; closing the tab would. */
function useWarningBeforeLeaving(edited: boolean): void {
  useEffect(() => {
    if (!edited) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [edited]);
}
