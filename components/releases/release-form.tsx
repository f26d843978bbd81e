"use client";

import { Checkbox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { ReleaseIntent } from "#lib/releases/schema";
import { ReasonInput } from "../fields/reason-input.tsx";
import { Failure } from "../shell/failure.tsx";
import { useErrorText } from "../shell/use-error-text.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { CanaryChoice, type CanaryDraft, planOf } from "./canary-choice.tsx";
import { changesNothing } from "./changes-nothing.ts";
import { ReleasePreviewView } from "./release-preview.tsx";
import classes from "./releases.module.css";
import { type Decisions, useDecided } from "./use-decisions.ts";
import { useCreateRelease, useReleasePreview } from "./use-releases.ts";

type Props = {
  app: AppView;
  /** The fields of this kind of change, if it has any. */
  children?: ReactNode;
  /** What the fields stand for; null while something is missing. The same object for the same content. */
  intent: ReleaseIntent | null;
  /** What is decided already about changes by hand, before the preview asks. */
  decisions?: Decisions;
  /** The release that the fields were filled from; what the preview was made against where they are of no release. */
  basis?: number | null;
  /** Why it cannot be confirmed, where the fields know. */
  why?: string;
  onCancel: () => void;
  onCreated: (releaseId: string) => void;
};

/** Form, then what will change, then effect, then confirm with a reason. */
export function ReleaseForm({ app, children, intent: wanted, decisions, basis, why, onCancel, onCreated }: Props) {
  const t = useTranslations("releases");
  const errorText = useErrorText();
  const publicText = usePublicErrorText();
  const control = useTranslations("control");
  const [reason, setReason] = useState("");
  const [rollbackOnFailure, setRollbackOnFailure] = useState(false);
  const [draft, setDraft] = useState<CanaryDraft | null>(null);
  const { decided: intent, decide } = useDecided(wanted, decisions);
  const [settled] = useDebouncedValue(intent, 200);
  const preview = useReleasePreview(app.name, settled);
  const create = useCreateRelease(app.name);
  const key = useRef(crypto.randomUUID());
  const fresh = settled === intent && !preview.isFetching && !preview.isPlaceholderData;
  const blocked = preview.data?.blockers[0];
  const noCanary = preview.data?.noCanary ?? null;
  const canary = draft && noCanary === null ? planOf(draft) : null;
  const whyNot =
    why ??
    (draft && noCanary === null && canary === null ? t("canary.wrong") : undefined) ??
    (blocked && publicText(blocked)) ??
    (preview.data === undefined || !fresh ? t("previewing") : undefined) ??
    (preview.data && changesNothing(preview.data) ? t("noChange") : undefined);

  const confirm = () => {
    if (intent === null || preview.data === undefined) return;
    create.mutate(
      {
        ...intent,
        reason: reason.trim() === "" ? null : reason,
        expectedCurrent: basis === undefined ? preview.data.current : basis,
        idempotencyKey: key.current,
        ...(canary ? { canary } : { rollbackOnFailure }),
      },
      { onSuccess: ({ releaseId }) => onCreated(releaseId) },
    );
  };

  return (
    <div className={classes.form}>
      {children}
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
      {preview.data?.current != null && <CanaryChoice draft={draft} noCanary={noCanary} onChange={setDraft} />}
      {preview.data?.current != null && (draft === null || noCanary !== null) && (
        <Checkbox
          size="xs"
          label={control("rollbackOnFailure")}
          checked={rollbackOnFailure}
          onChange={(event) => setRollbackOnFailure(event.currentTarget.checked)}
        />
      )}
      <div className={classes.confirm}>
        <ReasonInput label={t("reason")} value={reason} onChange={setReason} />
        <Button onClick={onCancel}>{t("cancel")}</Button>
        <Button look="primary" busy={create.isPending} why={create.isPending ? undefined : whyNot} onClick={confirm}>
          {preview.data ? t("confirm", { number: preview.data.nextNumber }) : t("confirmLater")}
        </Button>
      </div>
    </div>
  );
}
