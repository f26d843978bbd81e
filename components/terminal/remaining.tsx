"use client";

import { useTranslations } from "use-intl";
import { clockOf } from "../ui/age.ts";
import { Badge } from "../ui/badge.tsx";
import { useClock } from "../ui/use-clock.ts";

const SOON_MS = 5 * 60_000;

/** How long a terminal may still last; loud when that is not long. */
export function Remaining({ until }: { until: string }) {
  const t = useTranslations("terminal");
  const leftMs = Math.max(0, new Date(until).getTime() - useClock());
  return (
    <Badge tone={leftMs < SOON_MS ? "warn" : undefined}>
      <span className="k-num">{t("endsIn", { time: clockOf(leftMs) })}</span>
    </Badge>
  );
}
