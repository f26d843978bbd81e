"use client";

import { useTranslations } from "use-intl";
import { clockOf } from "./age.ts";
import { useClock } from "./use-clock.ts";

type Props = {
  from: string;
  to?: string | null;
  /** "0.4 s" for what took less than ten: the steps of an operation. */
  fine?: boolean;
};

const FINE_BELOW_MS = 10_000;

/** Time between two moments, or since the first while it goes on: "0:48". */
export function Elapsed({ from, to, fine = false }: Props) {
  const t = useTranslations("ui");
  const now = useClock();
  const ms = Math.max(0, (to ? new Date(to).getTime() : now) - new Date(from).getTime());
  const shown = fine && to && ms < FINE_BELOW_MS ? t("seconds", { seconds: ms / 1000 }) : clockOf(ms);
  return <span className="k-num">{shown}</span>;
}
