"use client";

import { useFormatter, useTranslations } from "use-intl";
import { ageOf } from "./age.ts";
import { useClock } from "./use-clock.ts";

type Props = {
  /** ISO 8601. */
  at: string;
  /** "26 min" instead of "26 min ago", for columns. */
  bare?: boolean;
};

/** How long ago, ticking; the exact time on hover. */
export function RelativeTime({ at, bare = false }: Props) {
  const t = useTranslations("ui");
  const format = useFormatter();
  const date = new Date(at);
  const age = ageOf(useClock() - date.getTime());
  return (
    <time dateTime={at} title={format.dateTime(date, { dateStyle: "full", timeStyle: "medium" })}>
      {age === null ? t("now") : t(bare ? `age.${age.unit}` : `ago.${age.unit}`, { count: age.count })}
    </time>
  );
}
