"use client";

import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppRow } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { ReasonInput } from "../fields/reason-input.tsx";
import { ReplicasInput } from "../fields/replicas-input.tsx";
import { Failure } from "../shell/failure.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Names } from "../ui/names.tsx";
import classes from "./bulk.module.css";
import { BulkProgress } from "./bulk-progress.tsx";
import { useCreateBulk } from "./use-bulk.ts";

type Props = {
  apps: AppRow[];
  environment: EnvironmentView;
  kind: "restart" | "scale";
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
  const key = useRef(crypto.randomUUID());
  const create = useCreateBulk();
  const badge = <Badge tone={environment.purpose === "prod" ? "prod" : undefined}>{environment.name}</Badge>;
  if (create.data) return <BulkProgress id={create.data.bulkId} badge={badge} onClose={onClose} />;
  const confirm = () =>
    create.mutate({
      environmentId: environment.id,
      appIds: apps.map(({ id }) => id),
      kind,
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
          <Button
            look="primary"
            busy={create.isPending}
            why={kind === "scale" && replicas === "" ? t("replicas") : undefined}
            onClick={confirm}
          >
            {t(`confirm.${kind}`, { count: apps.length })}
          </Button>
        </>
      }
    >
      <div className={classes.form}>
        <p>{t("each")}</p>
        <Names label={t("services")} of={apps} />
        {kind === "scale" && <ReplicasInput label={t("replicas")} value={replicas} onChange={setReplicas} />}
        <ReasonInput label={releases("reason")} value={reason} onChange={setReason} />
        {create.error && <Failure error={create.error} />}
      </div>
    </Dialog>
  );
}
