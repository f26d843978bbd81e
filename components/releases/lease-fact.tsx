"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { ScaleLeaseView } from "#lib/releases/lease/schema";

/** When the number of a scale release goes back, or what became of that. */
export function LeaseFact({ lease: { until, outcome, backTo } }: { lease: ScaleLeaseView }) {
  const t = useTranslations("control.lease");
  const format = useFormatter();
  const at = format.dateTime(new Date(until), { dateStyle: "medium", timeStyle: "short" });
  return (
    <>
      <time dateTime={until}>{at}</time> {outcome !== null && t(outcome, { backTo })}
    </>
  );
}
