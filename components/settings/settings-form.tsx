"use client";

import { useMemo } from "react";
import { useTranslations } from "use-intl";
import type { ReleaseIntent } from "#lib/releases/schema";
import { useBuilds } from "../builds/use-builds.ts";
import { ReleaseForm } from "../releases/release-form.tsx";
import type { TaskFormProps } from "../releases/release-task.ts";
import { Failure } from "../shell/failure.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { ConflictPanel } from "./conflict-panel.tsx";
import { FieldsContext, placeOf } from "./fields-context.ts";
import { NetworkFields } from "./sections/network-fields.tsx";
import { ScaleFields } from "./sections/scale-fields.tsx";
import { SizeFields } from "./sections/size-fields.tsx";
import { useCollectedEdit, useOwnEdit, useSettings, useSettingsEdit } from "./use-settings.ts";

type Props = TaskFormProps<"scale" | "resources" | "network" | "configure">;
const FIELDS = { scale: ScaleFields, resources: SizeFields, network: NetworkFields, configure: null };

/** Settings in the one dialog: a few fields of their own, or all that was edited on the Settings tab. */
export function SettingsForm({ app, environment, task, onCreated, ...rest }: Props) {
  const t = useTranslations("settings");
  const collected = useCollectedEdit(app, environment);
  const own = useOwnEdit();
  const current = useSettings(app, environment.name);
  const edit = useSettingsEdit(current.data, task.kind === "configure" ? collected : own);
  const builds = useBuilds(app.name, 1).data;
  const firstBuild = builds?.rows.find(({ state }) => state === "succeeded")?.id ?? null;

  const settings = edit?.settings ?? null;
  // What runs there keeps its image; the first release has to bring one.
  const buildId = current.data?.release === null ? firstBuild : null;
  const intent = useMemo(
    (): ReleaseIntent | null =>
      settings && {
        environmentId: environment.id,
        kind: task.kind === "scale" ? "scale" : "configure",
        buildId,
        settings,
        restoresNumber: null,
      },
    [environment.id, task.kind, buildId, settings],
  );
  if (current.error) return <Failure error={current.error} onRetry={() => void current.refetch()} />;
  if (edit === null) return <SkeletonRows rows={4} height={28} columns="120px 1fr 1fr" />;
  const Fields = FIELDS[task.kind];
  const why = edit.theirs ? t("conflictFirst") : edit.settings ? undefined : t("problemsFirst");
  return (
    <ReleaseForm
      {...rest}
      app={app}
      intent={intent}
      basis={edit.basis.release}
      why={why}
      onCreated={(id) => {
        edit.discard();
        onCreated(id);
      }}
    >
      <ConflictPanel edit={edit} release={current.data?.release ?? null} />
      {Fields && (
        <FieldsContext
          value={{
            ...edit,
            app,
            environment: environment.name,
            readOnly: false,
            released: edit.basis.release !== null,
            place: placeOf(app, environment),
          }}
        >
          <Fields />
        </FieldsContext>
      )}
    </ReleaseForm>
  );
}
