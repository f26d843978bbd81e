"use client";

import { TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { ImportReading } from "./import-reading.tsx";
import classes from "./imports.module.css";
import { type Place, useImport, useImportPreview } from "./use-imports.ts";

type Props = { place: Place; name: string; onClose: () => void };

/** How it is read, what changes and what does not; then it becomes a service, and its page opens. */
export function ImportDialog({ place, name, onClose }: Props) {
  const t = useTranslations("imports");
  const router = useRouter();
  const { data: preview, error, refetch, isFetching } = useImportPreview(place, name);
  const take = useImport();
  const [reason, setReason] = useState("");
  const key = useRef(crypto.randomUUID());
  const why = !preview || isFetching ? t("looking") : preview.blockers.length > 0 ? t("blocked") : undefined;
  const confirm = () => {
    if (!preview) return;
    const { fingerprint } = preview;
    take.mutate(
      { ...place, name, fingerprint, reason: reason.trim() || null, idempotencyKey: key.current },
      { onSuccess: () => router.push(`/services/${name}`), onError: () => void refetch() },
    );
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t("dialog", { name })}
      width={720}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" busy={take.isPending} why={why} onClick={confirm}>
            {t("confirm")}
          </Button>
        </>
      }
    >
      <div className={classes.form}>
        {error && <Failure error={error} onRetry={() => void refetch()} />}
        {!preview && !error && <SkeletonRows rows={8} height={28} columns="140px 1fr" />}
        {preview && <ImportReading preview={preview} />}
        <TextInput
          label={t("reason")}
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {take.error && <Failure error={take.error} />}
      </div>
    </Dialog>
  );
}
