"use client";

import { useTranslations } from "use-intl";
import type { StepView } from "#lib/platform/steps";
import { canaryStanding } from "#lib/releases/canary/schema";
import type { ReleaseView } from "#lib/releases/schema";
import classes from "./releases.module.css";

const WAITING_FOR = ["pods", "time", "requests", "metrics", "prometheus", "person", "resume"] as const;

/** How far a canary is: its share now, what it waits for, and both sides' figures. */
export function CanaryStanding({ step, release }: { step: StepView; release: ReleaseView }) {
  const t = useTranslations("releases.canary");
  const standing = canaryStanding.safeParse(step.detail).data;
  if (standing === undefined || release.canary === null) return null;
  const waitingFor = WAITING_FOR.find((each) => each === step.detail?.waitingFor);
  const sides = [
    {
      key: "stable",
      ...{ requests: standing.stableRequests, errors: standing.stableErrors, p95: standing.stableP95Ms },
    },
    {
      key: "canary",
      ...{ requests: standing.canaryRequests, errors: standing.canaryErrors, p95: standing.canaryP95Ms },
    },
  ] as const;
  return (
    <>
      <p className="k-num">
        {t("share", { weight: standing.weight, stage: standing.stage + 1, stages: release.canary.steps.length })}
        {step.state === "running" && waitingFor !== undefined && t("waits", { what: t(`waitsFor.${waitingFor}`) })}
        {release.promoted && t("promotedBy", { name: release.promoted.by ?? "" })}
      </p>
      {standing.canaryRequests !== null && (
        <table className={classes.sides} aria-label={t("sides")}>
          <thead>
            <tr>
              <td />
              <th scope="col">{t("requests")}</th>
              <th scope="col">{t("success")}</th>
              <th scope="col">{t("p95")}</th>
            </tr>
          </thead>
          <tbody>
            {sides.map(({ key, requests, errors, p95 }) => (
              <tr key={key}>
                <th scope="row">{t(`side.${key}`)}</th>
                <td className="k-num">{t("count", { count: requests ?? 0 })}</td>
                <td className="k-num">
                  {requests ? t("percent", { share: Math.floor((1 - (errors ?? 0)) * 1000) / 10 }) : t("unknown")}
                </td>
                <td className="k-num">{p95 === null ? t("unknown") : t("ms", { ms: p95 })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
