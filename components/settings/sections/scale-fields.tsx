"use client";

import { useTranslations } from "use-intl";
import { DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP } from "#lib/apps/spec-schema";
import { ChoiceCards } from "../../ui/choice-cards.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";

/** A number of pods, or bounds between which the cluster chooses it by load. */
export function ScaleFields() {
  const t = useTranslations("settings.scale");
  const { form, change, readOnly } = useFields();
  const { autoscaling, replicas } = form;
  const least = typeof replicas === "number" ? Math.max(1, replicas) : 1;
  const fresh = {
    minReplicas: least,
    maxReplicas: least * 2,
    cpuPercent: 80,
    memoryPercent: null,
    scaleUp: { ...DEFAULT_SCALE_UP },
    scaleDown: { ...DEFAULT_SCALE_DOWN },
  };
  const choose = (by: "hand" | "load") =>
    change({ ...form, autoscaling: by === "hand" ? null : fresh, replicas: by === "hand" ? replicas : least });
  return (
    <>
      <ChoiceCards
        label={t("title")}
        value={autoscaling === null ? "hand" : "load"}
        onChange={choose}
        choices={(["hand", "load"] as const).map((by) => ({
          value: by,
          title: t(by),
          hint: t(`${by}Hint`),
          disabled: readOnly,
        }))}
      />
      {autoscaling === null ? (
        <div className={classes.grid}>
          <NumberField at="replicas" autoFocus />
        </div>
      ) : (
        <>
          <div className={classes.grid}>
            <NumberField at="autoscaling.minReplicas" autoFocus />
            <NumberField at="autoscaling.maxReplicas" />
            <NumberField at="autoscaling.cpuPercent" unit="%" optional />
            <NumberField at="autoscaling.memoryPercent" unit="%" optional />
          </div>
          <ScalingRule direction="scaleUp" />
          <ScalingRule direction="scaleDown" />
        </>
      )}
    </>
  );
}

/** How fast it may move in one direction. */
function ScalingRule({ direction }: { direction: "scaleUp" | "scaleDown" }) {
  const t = useTranslations("settings.scale");
  return (
    <details className={classes.more}>
      <summary>{t(direction)}</summary>
      <div className={classes.grid}>
        <NumberField at={`autoscaling.${direction}.stabilizationSeconds`} unit="s" />
        <NumberField at={`autoscaling.${direction}.percent`} unit="%" optional />
        <NumberField at={`autoscaling.${direction}.pods`} optional />
        <NumberField at={`autoscaling.${direction}.periodSeconds`} name="scalingPeriod" unit="s" />
      </div>
    </details>
  );
}
