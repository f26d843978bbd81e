"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { isSameSet } from "#lib/apps/spec/config-schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { ConfigSetView, ConfigVersionView } from "#lib/config/schema";
import { useServiceActions } from "../service/service-actions-context.tsx";
import type { SettingsEdit } from "../settings/use-settings.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Panel } from "../ui/panel.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./config.module.css";
import { ConfigEditor } from "./config-editor.tsx";
import { ConfigUses } from "./config-uses.tsx";
import { ConfigVersion } from "./config-version.tsx";
import { useConfigVersions, useRestoreConfig } from "./use-config.ts";

type Props = {
  app: AppView;
  environment: EnvironmentView;
  set: ConfigSetView;
  /** What the service wants, and what is being changed of it; null while it has no settings. */
  edit: SettingsEdit | null;
  whyNotEdit: string | undefined;
};

/** One set: what pods get of it, its versions with what each changed, and the ways on. */
export function ConfigSet({ app, environment, set, edit, whyNotEdit }: Props) {
  const t = useTranslations("config");
  const actions = useServiceActions();
  const { data, error, refetch } = useConfigVersions(app, environment.name, set);
  const restore = useRestoreConfig(app);
  const [editing, setEditing] = useState(false);
  const used = edit?.form.config.some((each) => isSameSet(each, set)) ?? false;
  const whyNotRelease = actions.whyNotRelease ?? (used ? undefined : t("useFirst"));

  /** Every use of the set takes this version, together with whatever else was edited: then the one dialog of every change. */
  const release = ({ version }: ConfigVersionView) => {
    if (edit === null) return;
    const config = edit.form.config.map((each) => (isSameSet(each, set) ? { ...each, version } : each));
    edit.change({ ...edit.form, config });
    actions.open({ kind: "configure" });
  };
  const bringBack = ({ version }: ConfigVersionView) =>
    restore.mutate({
      environmentId: environment.id,
      kind: set.kind,
      name: set.name,
      expectedVersion: set.version,
      version,
      reason: null,
    });
  const released = edit?.basis.release == null ? [] : edit.basis.settings.config;
  const running = released.find((each) => isSameSet(each, set))?.version ?? null;
  return (
    <>
      {edit && <ConfigUses app={app} set={set} edit={edit} />}
      <Panel
        title={t("versionsOf", { name: set.name })}
        meta={data?.total}
        actions={
          <Button small why={whyNotEdit} onClick={() => setEditing(true)}>
            {t("edit")}
          </Button>
        }
        padded
      >
        {(error ?? restore.error) && <Failure error={error ?? restore.error} onRetry={() => void refetch()} />}
        {data === undefined && !error && <SkeletonRows rows={3} columns="60px 1fr 200px" />}
        <ol className={classes.versions}>
          {data?.rows.map((version) => (
            <ConfigVersion
              key={version.version}
              app={app.name}
              environment={environment.name}
              set={set}
              version={version}
              isNewest={version.version === set.version}
              isReleased={version.version === running}
              whyNotRelease={whyNotRelease}
              whyNotRestore={whyNotEdit}
              busy={restore.isPending}
              onRelease={() => release(version)}
              onRestore={() => bringBack(version)}
            />
          ))}
        </ol>
      </Panel>
      {editing && (
        <ConfigEditor
          app={app}
          environment={environment}
          set={set}
          onClose={() => setEditing(false)}
          onSaved={() => setEditing(false)}
        />
      )}
    </>
  );
}
