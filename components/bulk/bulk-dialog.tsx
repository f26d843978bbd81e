"use client";

import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppRow } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { MeshMode } from "#lib/releases/bulk/schema";
import { ReasonInput } from "../fields/reason-input.tsx";
import { ReplicasInput } from "../fields/replicas-input.tsx";
import { Failure } from "../shell/failure.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Names } from "../ui/names.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./bulk.module.css";
import { BulkProgress } from "./bulk-progress.tsx";
import { MeshPreview } from "./mesh-preview.tsx";
import { useCreateBulk, usePreviewBulk } from "./use-bulk.ts";

/** Two of them switch the mesh mode. */
export type BulkKind = "restart" | "scale" | MeshMode;
const meshModeOf = (kind: BulkKind): MeshMode | undefined => (kind === "mesh" || kind === "normal" ? kind : undefined);

type Props = {
  apps: AppRow[];
  environment: EnvironmentView;
  kind: BulkKind;
  /** Nothing was asked for yet; or it was, and goes on. */
  onCancel: () => void;
  onClose: () => void;
};

/** Which services, the one field of a scale, why; after confirm one timeline for all of them. */
export function BulkDialog({ apps, environment, kind, onCancel, onClose }: Props) {
  const t = useTranslations("control.bulk");
  const releases = useTranslations("releases");
  const [replicas, setReplicas] = useState<number | "">(1);
  const [reason, setReason] = useState("");
  const meshMode = meshModeOf(kind);
  const ids = apps.map(({ id }) => id);
  const preview = usePreviewBulk(environment.id, ids, meshMode);
  const switched = preview.data?.items.filter(({ error }) => error === null).length;
  const count = switched || apps.length;
  const key = useRef(crypto.randomUUID());
  const create = useCreateBulk();
  const whyNot = () => {
    if (kind === "scale" && replicas === "") return t("replicas");
    if (meshMode === undefined) return undefined;
    if (switched === undefined) return t(preview.error ? "unseen" : "looking");
    return switched === 0 ? t("allStay") : undefined;
  };
  const badge = <Badge tone={environment.purpose === "prod" ? "prod" : undefined}>{environment.name}</Badge>;
  if (create.data) return <BulkProgress id={create.data.bulkId} badge={badge} onClose={onClose} />;
  const confirm = () =>
    create.mutate({
      environmentId: environment.id,
      appIds: ids,
      kind: kind === "restart" || kind === "scale" ? kind : "configure",
      meshMode,
      replicas: kind === "scale" && replicas !== "" ? replicas : null,
      reason: reason.trim() === "" ? null : reason,
      idempotencyKey: key.current,
    });
  return (
    <Dialog
      opened
      onClose={onCancel}
      title={t(`title.${kind}`, { count: apps.length })}
      badges={badge}
      footer={
        <>
          <Button onClick={onCancel}>{releases("cancel")}</Button>
          <Button look="primary" busy={create.isPending} why={whyNot()} onClick={confirm}>
            {t(`confirm.${kind}`, { count })}
          </Button>
        </>
      }
    >
      <div className={classes.form}>
        <p>{t("each")}</p>
        {meshMode === undefined && <Names label={t("services")} of={apps} />}
        {preview.error && <Failure error={preview.error} onRetry={() => void preview.refetch()} />}
        {preview.data && <MeshPreview {...preview.data} />}
        {preview.isLoading && <SkeletonRows rows={apps.length} columns="1fr 120px" />}
        {kind === "scale" && <ReplicasInput label={t("replicas")} value={replicas} onChange={setReplicas} />}
        <ReasonInput label={releases("reason")} value={reason} onChange={setReason} />
        {create.error && <Failure error={create.error} />}
      </div>
    </Dialog>
  );
}
