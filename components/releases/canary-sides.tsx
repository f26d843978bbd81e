"use client";

import { useTranslations } from "use-intl";
import { FEWEST_REQUESTS, limitsOf } from "#lib/releases/canary/judge-rules";
import type { CanaryStanding } from "#lib/releases/canary/schema";
import classes from "./canary.module.css";

/** What was counted of both sides, and what the canary may come to before it goes back by itself; nothing before the first count. */
export function CanarySides({ standing }: { standing: CanaryStanding }) {
  const t = useTranslations("releases.canary");
  if (standing.canaryRequests === null) return null;
  const stable = sideOf(standing.stableRequests, standing.stableErrors, standing.stableP95Ms);
  const canary = sideOf(standing.canaryRequests, standing.canaryErrors, standing.canaryP95Ms);
  const limits = limitsOf({ stable, canary });
  const sides = [
    { key: "stable", ...stable },
    { key: "canary", ...canary },
  ] as const;
  return (
    <div>
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
          {sides.map(({ key, requests, errorShare, p95Ms }) => (
            <tr key={key}>
              <th scope="row">{t(`side.${key}`)}</th>
              <td className="k-num">{t("count", { count: requests })}</td>
              <td className="k-num">
                {requests > 0 ? t("percent", { share: Math.floor((1 - errorShare) * 1000) / 10 }) : t("unknown")}
              </td>
              <td className="k-num">{p95Ms === null ? t("unknown") : t("ms", { ms: p95Ms })}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={classes.limits}>
        {limits === null
          ? t("judgedFrom", { count: FEWEST_REQUESTS })
          : t("limits", {
              failed: Math.round(limits.errorShare * 1000) / 10,
              p95: limits.p95Ms === null ? "none" : String(Math.round(limits.p95Ms)),
            })}
      </p>
    </div>
  );
}

const sideOf = (requests: number | null, errors: number | null, p95Ms: number | null) => ({
  requests: requests ?? 0,
  errorShare: errors ?? 0,
  p95Ms,
});
