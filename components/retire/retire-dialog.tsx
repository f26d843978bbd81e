"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { RetireForm } from "./retire-form.tsx";
import { RetirementStateView } from "./retirement-state.tsx";
import { RetirementTimeline } from "./retirement-timeline.tsx";
import { isRetirementOver, useRetirement } from "./use-retirement.ts";

/** Plan, effect, name, confirm; after confirm it is the live timeline. */
export function RetireDialog({ app, onClose }: { app: { name: string }; onClose: () => void }) {
  const t = useTranslations("retire");
  const [retirementId, setRetirementId] = useState<string | null>(null);
  if (retirementId !== null) return <RetirementProgress id={retirementId} app={app.name} />;
  return (
    <Dialog opened onClose={onClose} title={t("title", { app: app.name })}>
      <RetireForm app={app} onCancel={onClose} onConfirmed={setRetirementId} />
    </Dialog>
  );
}

/** Closing it changes nothing: the retirement goes on, and its own page shows it. */
function RetirementProgress({ id, app }: { id: string; app: string }) {
  const t = useTranslations("retire");
  const router = useRouter();
  const { data: retirement, error } = useRetirement(id);
  const over = retirement !== undefined && isRetirementOver(retirement.state);
  const leave = () => router.push(`/retirements/${id}`);
  return (
    <Dialog
      opened
      onClose={leave}
      title={t("title", { app })}
      badges={retirement && <RetirementStateView state={retirement.state} />}
      footer={
        <>
          <span className="k-small k-quiet">{t(over ? "after" : "goesOn")}</span>
          <Button look={over ? "primary" : "outline"} onClick={leave}>
            {t(over ? "openProof" : "close")}
          </Button>
        </>
      }
    >
      {error && <Failure error={error} />}
      {retirement ? <RetirementTimeline retirement={retirement} /> : <SkeletonRows rows={9} columns="16px 1fr 60px" />}
    </Dialog>
  );
}
