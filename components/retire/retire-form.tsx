"use client";

import { Checkbox } from "@mantine/core";
import { Clock } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { leftBecause } from "#lib/retire/retire-rules";
import type { KeepChoice, RetirementPlan } from "#lib/retire/schema";
import { Failure } from "../shell/failure.tsx";
import { Message } from "../ui/message.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { ConfirmRetirement } from "./confirm-retirement.tsx";
import { PlanView } from "./plan-view.tsx";
import classes from "./retire.module.css";
import { StaysView } from "./stays-view.tsx";
import { useRetire, useRetirementPlan } from "./use-retirement.ts";

type Props = { app: { name: string }; onCancel: () => void; onConfirmed: (retirementId: string) => void };

/** What goes, what stays, what follows, and then the name: nothing is touched before that. */
export function RetireForm({ app, onCancel, onConfirmed }: Props) {
  const t = useTranslations("retire");
  const { data: plan, error, refetch, isFetching } = useRetirementPlan(app.name);
  const retire = useRetire(app.name);
  const [keep, setKeep] = useState<KeepChoice>({ volumes: false, images: false });
  return (
    <div className={classes.form}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!plan && !error && <SkeletonRows rows={8} height={28} columns="14px 140px 1fr" />}
      {plan && (
        <>
          <section className={classes.part}>
            <h3>
              {t("plan.title")}{" "}
              <small>{t.rich("plan.checked", { ago: () => <RelativeTime at={plan.checkedAt} /> })}</small>
            </h3>
            {plan.imported && <Message state="warn">{t("plan.imported")}</Message>}
            <PlanView plan={plan} keep={keep} />
          </section>
          <section className={classes.part}>
            <h3>{t("stays.title")}</h3>
            <StaysView {...plan} left={leftOf(plan, keep)} />
            <Keep plan={plan} keep={keep} onChange={setKeep} />
          </section>
          <Effect plan={plan} />
        </>
      )}
      <ConfirmRetirement
        app={app.name}
        label={t("action")}
        why={plan === undefined || isFetching ? t("plan.looking") : undefined}
        waits={plan === undefined}
        busy={retire.isPending}
        error={retire.error}
        onCancel={onCancel}
        onConfirm={(confirmed) =>
          retire.mutate({ ...confirmed, keep }, { onSuccess: ({ retirementId }) => onConfirmed(retirementId) })
        }
      />
    </div>
  );
}

function leftOf(plan: RetirementPlan, keep: KeepChoice) {
  const kept = plan.items.flatMap(({ kind, key, seen }) => {
    const why = leftBecause(kind, keep);
    return why !== null && seen !== "absent" ? [{ kind, key, why }] : [];
  });
  return [...kept, ...plan.left];
}

type KeepProps = { plan: RetirementPlan; keep: KeepChoice; onChange: (keep: KeepChoice) => void };

/** Offered where there is something to keep. */
function Keep({ plan, keep, onChange }: KeepProps) {
  const t = useTranslations("retire.keep");
  const everything = { volumes: true, images: true };
  return (["volumes", "images"] as const).map((what) => {
    const items = plan.items.filter(({ kind, seen }) => seen !== "absent" && leftBecause(kind, everything) === what);
    if (items.length === 0) return null;
    const count = items.reduce((sum, item) => sum + (item.count ?? 1), 0);
    return (
      <Checkbox
        key={what}
        size="xs"
        label={t(what, { count })}
        description={t("name")}
        checked={keep[what]}
        onChange={(event) => onChange({ ...keep, [what]: event.currentTarget.checked })}
      />
    );
  });
}

function Effect({ plan: { app, pods, urls, inFlight } }: { plan: RetirementPlan }) {
  const t = useTranslations("retire.effect");
  return (
    <p className={classes.effect}>
      <Clock size={16} strokeWidth={1.5} aria-hidden />
      <span>
        <b>{t("sentence", { pods, urls: urls.length })}</b>{" "}
        {inFlight.builds + inFlight.releases > 0 && t("inFlight", inFlight)}
        <small>{t("final", { app })}</small>
      </span>
    </p>
  );
}
