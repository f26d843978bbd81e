"use client";

import { Checkbox, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { z } from "zod";
import type { AppView } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { listReleasesResult, type ReleaseIntent, releaseView } from "#lib/releases/schema";
import { useBuilds } from "../builds/use-builds.ts";
import { getJson } from "../shell/api.ts";
import { Failure } from "../shell/failure.tsx";
import { useErrorText } from "../shell/use-error-text.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { ReleasePreviewView } from "./release-preview.tsx";
import type { ReleaseTask } from "./release-task.ts";
import classes from "./releases.module.css";
import { useDecided } from "./use-decisions.ts";
import { useCreateRelease, useReleasePreview } from "./use-releases.ts";

type Props = {
  app: AppView;
  environment: EnvironmentView;
  task: ReleaseTask;
  onCancel: () => void;
  onCreated: (releaseId: string) => void;
};

/** Form, then what will change, then effect, then confirm with a reason. */
export function ReleaseForm({ app, environment, task, onCancel, onCreated }: Props) {
  const t = useTranslations("releases");
  const errorText = useErrorText();
  const control = useTranslations("control");
  const [reason, setReason] = useState("");
  const [rollbackOnFailure, setRollbackOnFailure] = useState(false);
  const { fields, intent: wanted } = useIntent(app, environment, task);
  const { decided: intent, decide } = useDecided(wanted, task.kind === "drift" ? task.decisions : undefined);
  const [settled] = useDebouncedValue(intent, 200);
  const preview = useReleasePreview(app.name, settled);
  const create = useCreateRelease(app.name);
  const key = useRef(crypto.randomUUID());
  const fresh = settled === intent && !preview.isFetching && !preview.isPlaceholderData;
  const blocked = preview.data?.blockers[0];
  const empty =
    preview.data !== undefined &&
    preview.data.changes.length === 0 &&
    preview.data.objects.every((o) => o.action === "unchanged");
  const why =
    blocked?.message ?? (empty ? t("noChange") : preview.data === undefined || !fresh ? t("previewing") : undefined);

  const confirm = () => {
    if (intent === null || preview.data === undefined) return;
    create.mutate(
      {
        ...intent,
        reason: reason.trim() === "" ? null : reason,
        expectedCurrent: preview.data.current,
        idempotencyKey: key.current,
        rollbackOnFailure,
      },
      { onSuccess: ({ releaseId }) => onCreated(releaseId) },
    );
  };

  return (
    <div className={classes.form}>
      {fields}
      {preview.error ? (
        <Failure error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <ReleasePreviewView app={app.name} preview={preview.data} decide={decide} />
      )}
      {create.error && (
        <Message state="fail" title={t("notReleased")}>
          {errorText(create.error)}
        </Message>
      )}
      {preview.data?.current != null && (
        <Checkbox
          size="xs"
          label={control("rollbackOnFailure")}
          checked={rollbackOnFailure}
          onChange={(event) => setRollbackOnFailure(event.currentTarget.checked)}
        />
      )}
      <div className={classes.confirm}>
        <TextInput
          aria-label={t("reason")}
          placeholder={t("reason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={500}
        />
        <Button onClick={onCancel}>{t("cancel")}</Button>
        <Button look="primary" busy={create.isPending} why={create.isPending ? undefined : why} onClick={confirm}>
          {preview.data ? t("confirm", { number: preview.data.nextNumber }) : t("confirmLater")}
        </Button>
      </div>
    </div>
  );
}

/** The fields of a task and the release that they stand for; null while something is still missing. */
function useIntent(
  app: AppView,
  environment: EnvironmentView,
  task: ReleaseTask,
): { fields: ReactNode; intent: ReleaseIntent | null } {
  const t = useTranslations("releases");
  const builds = useBuilds(app.name, 1);
  const succeeded = builds.data?.rows.filter((build) => build.state === "succeeded") ?? [];
  const [buildId, setBuildId] = useState(task.kind === "deploy" ? task.buildId : null);
  const current = useCurrentSettings(app.name, environment);
  const [replicas, setReplicas] = useState<number | "" | null>(null);
  const chosenBuild = buildId ?? succeeded[0]?.id ?? null;
  const wanted = replicas ?? current?.replicas ?? "";
  const [now] = useState(() => new Date().toISOString());

  const intent = useMemo((): ReleaseIntent | null => {
    const base = { environmentId: environment.id, buildId: null, settings: null, restoresNumber: null };
    switch (task.kind) {
      case "deploy":
        return chosenBuild === null ? null : { ...base, kind: "deploy", buildId: chosenBuild };
      case "scale":
        return current === undefined || wanted === ""
          ? null
          : { ...base, kind: "scale", settings: { ...current, replicas: wanted } };
      case "restart":
        return current === undefined ? null : { ...base, kind: "restart", settings: { ...current, restartedAt: now } };
      case "drift":
        return { ...base, kind: "configure" };
      case "rollback":
        return { ...base, kind: "rollback", restoresNumber: task.number };
    }
  }, [environment.id, task, chosenBuild, current, wanted, now]);

  return { intent, fields: fieldsOf() };

  function fieldsOf(): ReactNode {
    if (task.kind === "deploy") {
      return (
        <NativeSelect
          label={t("build")}
          value={chosenBuild ?? ""}
          onChange={(event) => setBuildId(event.currentTarget.value)}
          data={succeeded.map((build) => ({
            value: build.id,
            label: t("buildOption", {
              number: build.number,
              ref: build.ref,
              commit: build.commitSha.slice(0, 7),
              title: build.commitTitle,
            }),
          }))}
          error={builds.data && succeeded.length === 0 ? t("noBuild") : undefined}
        />
      );
    }
    if (task.kind === "scale") {
      return (
        <NumberInput
          label={t("replicas")}
          value={wanted}
          onChange={(value) => setReplicas(typeof value === "number" ? value : "")}
          min={0}
          max={500}
          allowDecimal={false}
          allowNegative={false}
          data-autofocus
        />
      );
    }
    return null;
  }
}

/** The settings of what runs now (of the newest release that is done or under way); undefined until known. */
function useCurrentSettings(app: string, environment: EnvironmentView) {
  const { data } = useQuery({
    queryKey: ["current-settings", app, environment.name],
    queryFn: async ({ signal }) => {
      const list = await getJson(
        `/api/apps/${app}/releases?environment=${environment.name}&pageSize=1`,
        listReleasesResult,
        signal,
      );
      const newest = list.rows[0];
      if (newest === undefined) return z.null().parse(null);
      const { spec } = await getJson(`/api/releases/${newest.id}`, releaseView, signal);
      const { image: _, ...settings } = spec;
      return settings;
    },
    staleTime: 0,
    gcTime: 0,
  });
  return data ?? undefined;
}
