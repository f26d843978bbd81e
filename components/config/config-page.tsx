"use client";

import { FileKey2, Plus } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { configKind } from "#lib/apps/spec/config-schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { useCollectedEdit, useSettings, useSettingsEdit } from "../settings/use-settings.ts";
import { Failure } from "../shell/failure.tsx";
import { useAllows, useSelection } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./config.module.css";
import { ConfigEditor } from "./config-editor.tsx";
import { ConfigList } from "./config-list.tsx";
import { ConfigSet } from "./config-set.tsx";
import { type SetRef, useConfigSets } from "./use-config.ts";

/** Configuration and secrets of a service in the chosen environment: saved in versions, and running only once released. */
export function ConfigPage({ app }: { app: AppView }) {
  const { environment } = useSelection();
  return environment && <Config key={environment.id} app={app} environment={environment} />;
}

function Config({ app, environment }: { app: AppView; environment: EnvironmentView }) {
  const t = useTranslations("config");
  const allows = useAllows();
  const router = useRouter();
  const { data, error, refetch } = useConfigSets(app, environment.name);
  const settings = useSettings(app, environment.name);
  const edit = useSettingsEdit(settings.data, useCollectedEdit(app, environment));
  const chosen = chosenSet(useSearchParams().get("set"));
  const [creating, setCreating] = useState(false);
  const whyNotEdit = app.retirement !== null ? t("going") : allows("config.edit", app.teamId) ? undefined : t("mayNot");
  const open = ({ kind, name }: SetRef) =>
    router.replace(`/services/${app.name}/config?set=${kind}/${name}`, { scroll: false });

  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={6} columns="1fr 80px 80px 160px" />;
  const add = (
    <Button icon={<Plus size={16} strokeWidth={1.5} />} why={whyNotEdit} onClick={() => setCreating(true)}>
      {t("add")}
    </Button>
  );
  const current = data.rows.find(({ kind, name }) => kind === chosen?.kind && name === chosen.name) ?? data.rows[0];
  return (
    <div className={classes.page}>
      {data.rows.length === 0 ? (
        <Empty title={t("none", { environment: environment.name })} action={add}>
          {t("noneHint")}
        </Empty>
      ) : (
        <>
          <ConfigList
            rows={data.rows}
            current={current}
            released={settings.data?.release ? (settings.data.settings?.config ?? []) : []}
            onOpen={open}
            actions={add}
          />
          {current && (
            <ConfigSet
              key={`${current.kind}/${current.name}`}
              app={app}
              environment={environment}
              set={current}
              edit={edit}
              whyNotEdit={whyNotEdit}
            />
          )}
        </>
      )}
      {creating && (
        <ConfigEditor
          app={app}
          environment={environment}
          set={null}
          onClose={() => setCreating(false)}
          onSaved={(saved) => {
            setCreating(false);
            open(saved);
          }}
        />
      )}
      <p className={classes.foot}>
        <FileKey2 size={14} strokeWidth={1.5} aria-hidden /> {t("foot")}
      </p>
    </div>
  );
}

/** "secret/db" as a set; null for what names none. */
function chosenSet(text: string | null): SetRef | null {
  const [kind, name] = (text ?? "").split("/");
  const parsed = configKind.safeParse(kind);
  return parsed.success && name ? { kind: parsed.data, name } : null;
}
