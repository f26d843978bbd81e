"use client";

import { useTranslations } from "use-intl";
import type { CanaryPlan } from "#lib/releases/canary/schema";
import classes from "./canary.module.css";

/** The shares of a canary's stages in their order: those that are passed, the one it has, those to come. */
export function CanaryStages({ plan, stage, held }: { plan: CanaryPlan; stage: number; held: boolean }) {
  const t = useTranslations("releases.canary");
  return (
    <ol className={classes.stages} aria-label={t("stageList")}>
      {plan.steps.map(({ weight }, at) => {
        const state = at < stage ? "past" : at === stage ? "now" : "next";
        return (
          <li key={weight} data-state={state} data-held={held} aria-current={state === "now" ? "step" : undefined}>
            {t("stage", { weight })} <span className="k-sr">{t("stageState", { state })}</span>
          </li>
        );
      })}
    </ol>
  );
}
