"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { RequestRates } from "#lib/metrics/request-rate-schema";
import { stateOfCalls } from "#lib/topology/calls-rules";
import { useUnitWords } from "../metrics/use-unit-words.ts";
import { Sparkline } from "../services/sparkline.tsx";
import classes from "./overview.module.css";

type Props = { rates: RequestRates | undefined };

/** How often a service is asked, over the hour and now. */
export function RequestRate({ rates }: Props) {
  const t = useTranslations("overview.services");
  const words = useUnitWords();
  if (!rates) return <span className="k-quiet">–</span>;
  const most = Math.max(0, ...rates.perSecond.filter((value) => value !== null));
  if (most === 0) return <span className="k-quiet k-small">{t("noRequests")}</span>;
  const now = rates.perSecond.at(-1) ?? null;
  const figure = now === null ? "–" : words(now, "per-second");
  return (
    <Sparkline
      shares={rates.perSecond.map((value) => (value === null ? null : value / most))}
      words={t("requestsNow", { now: figure, most: words(most, "per-second") })}
      figure={figure}
    />
  );
}

/** Which share of the newest requests failed; coloured as soon as it is more than some. */
export function FailedShare({ rates }: Props) {
  const t = useTranslations("overview.services");
  const format = useFormatter();
  const { now = null, hour = null } = rates?.failed ?? {};
  if (now === null) return null;
  const share = (value: number) => format.number(value, { style: "percent", maximumSignificantDigits: 2 });
  return (
    <span
      className={classes.failed}
      data-tone={stateOfCalls(now)}
      title={t("errorsNow", { now: share(now), hour: share(hour ?? now) })}
    >
      {share(now)}
    </span>
  );
}
