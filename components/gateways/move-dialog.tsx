"use client";

import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { GatewayMove } from "#lib/apps/spec/gateway-rules";
import type { EnvironmentView } from "#lib/clusters/schema";
import { FIRST_WAVE } from "#lib/releases/bulk/wave-rules";
import type { MovePreview } from "#lib/releases/gateway/schema";
import { BulkProgress } from "../bulk/bulk-progress.tsx";
import { ReasonInput } from "../fields/reason-input.tsx";
import { Failure } from "../shell/failure.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Message } from "../ui/message.tsx";
import { Names } from "../ui/names.tsx";
import { Note } from "../ui/note.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./gateways.module.css";
import { MoveLosses } from "./move-losses.tsx";
import { MoveNews } from "./move-news.tsx";
import { MoveStays } from "./move-stays.tsx";
import { useCreateMove, usePreviewMove } from "./use-gateways.ts";

type Props = { environment: EnvironmentView; to: GatewayMove; onClose: () => void };

/** What moves, what is lost meanwhile, who stays; after confirm one timeline for all services. */
export function MoveDialog({ environment, to, onClose }: Props) {
  const t = useTranslations("gateways");
  const releases = useTranslations("releases");
  const [reason, setReason] = useState("");
  const key = useRef(crypto.randomUUID());
  const { data, error } = usePreviewMove(environment.id, to);
  const create = useCreateMove();
  const badge = <Badge tone={environment.purpose === "prod" ? "prod" : undefined}>{environment.name}</Badge>;
  if (create.data) return <BulkProgress id={create.data.bulkId} badge={badge} onClose={onClose} />;
  const count = data?.moves.length ?? 0;
  const confirm = () =>
    create.mutate({ id: environment.id, to, reason: reason.trim() || null, idempotencyKey: key.current });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={data === undefined ? t(`moveTo.${to}`) : t(`dialog.title.${to}`, { count })}
      badges={badge}
      footer={
        <>
          <Button onClick={onClose}>{releases("cancel")}</Button>
          <Button
            look="primary"
            busy={create.isPending}
            why={count === 0 ? t("dialog.nothing") : undefined}
            onClick={confirm}
          >
            {t(`moveTo.${to}`)}
          </Button>
        </>
      }
    >
      <div className={classes.form}>
        {error && <Failure error={error} />}
        {data === undefined && !error && <SkeletonRows rows={3} columns="1fr" />}
        {data && <Preview preview={data} />}
        <ReasonInput label={releases("reason")} value={reason} onChange={setReason} />
        {create.error && <Failure error={create.error} />}
      </div>
    </Dialog>
  );
}

function Preview({ preview: { moves, stay, notMine, targets } }: { preview: MovePreview }) {
  const t = useTranslations("gateways");
  const routes = moves.reduce((sum, item) => sum + item.routes, 0);
  const few = moves.length > FIRST_WAVE ? "no" : "yes";
  return (
    <>
      <p>{moves.length === 0 ? t("dialog.nothing") : t("dialog.what", { routes, few })}</p>
      {targets
        .filter(({ state }) => state === "unready" || state === "unknown")
        .map(({ gatewayClass }) => (
          <Message
            key={gatewayClass}
            state="warn"
            title={t("dialog.notReady", { gateway: t(`class.${gatewayClass}`) })}
          >
            {t("dialog.notReadyText")}
          </Message>
        ))}
      <Names label={t("dialog.services")} of={moves.map(({ appId, app }) => ({ id: appId, name: app }))} />
      <MoveNews moves={moves} />
      <MoveLosses moves={moves} />
      <MoveStays stay={stay} />
      {notMine > 0 && <Note state="unknown">{t("dialog.notMine", { count: notMine })}</Note>}
    </>
  );
}
