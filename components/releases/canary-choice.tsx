"use client";

import { Checkbox, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useTranslations } from "use-intl";
import type { PublicError } from "#lib/platform/errors";
import { type CanaryPlan, canaryPlan } from "#lib/releases/canary/schema";
import { useSentence } from "../ui/sentences-context.tsx";
import classes from "./releases.module.css";

/** As it is typed. */
export type CanaryDraft = { weights: string; pauseSeconds: number | ""; promotion: CanaryPlan["promotion"] };
export const FIRST_DRAFT: CanaryDraft = { weights: "10, 50, 100", pauseSeconds: 60, promotion: "automatic" };

/** What a draft stands for; null while it is none. */
export function planOf({ weights, pauseSeconds, promotion }: CanaryDraft): CanaryPlan | null {
  const typed = weights.split(/[\s,，、]+/).filter((each) => each !== "");
  const steps = typed.map((each) => ({ weight: Number(each.replace(/%$/, "")), pauseSeconds }));
  return canaryPlan.safeParse({ steps, promotion }).data ?? null;
}

type Props = {
  draft: CanaryDraft | null;
  /** Why there can be none. */
  noCanary: PublicError | null;
  onChange: (draft: CanaryDraft | null) => void;
};

/** Try it on a part of the requests first: in which stages, how long each, and who says that it does well. */
export function CanaryChoice({ draft, noCanary, onChange }: Props) {
  const t = useTranslations("releases.canary");
  const sentence = useSentence();
  return (
    <>
      <Checkbox
        size="xs"
        label={t("try")}
        description={noCanary ? sentence(noCanary.message) : undefined}
        disabled={noCanary !== null}
        checked={draft !== null && noCanary === null}
        onChange={(event) => onChange(event.currentTarget.checked ? FIRST_DRAFT : null)}
      />
      {draft && noCanary === null && (
        <div className={classes.pair}>
          <TextInput
            label={t("weights")}
            description={t("weightsHint")}
            value={draft.weights}
            error={planOf(draft) === null ? t("wrong") : undefined}
            onChange={(event) => onChange({ ...draft, weights: event.currentTarget.value })}
          />
          <NumberInput
            label={t("pause")}
            description={t("pauseHint")}
            min={0}
            max={86_400}
            allowDecimal={false}
            value={draft.pauseSeconds}
            onChange={(value) => onChange({ ...draft, pauseSeconds: typeof value === "number" ? value : "" })}
          />
          <NativeSelect
            label={t("promotion")}
            description={t("promotionHint")}
            value={draft.promotion}
            onChange={(event) =>
              onChange({ ...draft, promotion: event.currentTarget.value === "manual" ? "manual" : "automatic" })
            }
            data={(["automatic", "manual"] as const).map((value) => ({ value, label: t(`by.${value}`) }))}
          />
        </div>
      )}
    </>
  );
}
