"use client";

import { useTranslations } from "use-intl";
import type { StepView } from "#lib/platform/steps";
import { RETIRE_STEPS, type RetirementView } from "#lib/retire/schema";
import { Timeline } from "../ui/timeline.tsx";

type Props = { retirement: Pick<RetirementView, "steps" | "error"> };

/** A retirement's steps, live: what goes at this moment, what is waited for, and what holds it. */
export function RetirementTimeline({ retirement: { steps, error } }: Props) {
  const t = useTranslations("retire.steps");
  const nameOf = ({ name, state }: StepView) => {
    const known = RETIRE_STEPS.find((candidate) => candidate === name);
    return known ? t(`name.${known}`, { state }) : name;
  };
  return (
    <Timeline
      steps={steps}
      label={t("title")}
      nameOf={nameOf}
      detailOf={(step) => <Detail step={step} />}
      brief={error !== null}
    />
  );
}

function Detail({ step: { state, detail } }: { step: StepView }) {
  const t = useTranslations("retire.steps");
  if (state === "skipped") return t("kept");
  if (state !== "running" || detail === null) return null;
  const { removed, waitingFor, finalizers, builds, releases, provisioning } = detail;
  if (typeof removed === "string") return t("removed", { object: removed });
  if (typeof waitingFor === "string") {
    return typeof finalizers === "string"
      ? t("held", { object: waitingFor, finalizers })
      : t("waiting", { object: waitingFor });
  }
  if (typeof builds === "number" && typeof releases === "number")
    return t("gate", { builds, releases, provisioning: String(provisioning) });
  return null;
}
