"use client";

import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { OverviewView } from "#lib/reports/schema";
import { SilentClusters } from "../services/silent-clusters.tsx";
import { Failure } from "../shell/failure.tsx";
import { useSelection } from "../shell/selection.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { useClock } from "../ui/use-clock.ts";
import { Activity } from "./activity.tsx";
import { MyServices } from "./my-services.tsx";
import { Needs } from "./needs.tsx";
import classes from "./overview.module.css";
import { useOverview, type Whose } from "./use-overview.ts";

type Props = { first: { team: string | null; view: OverviewView; at: string } };

/** The workplace: what needs me, my services, what happened. */
export function OverviewPage({ first }: Props) {
  const t = useTranslations("overview");
  const format = useFormatter();
  const now = useClock();
  const { team } = useSelection();
  const [whose, setWhose] = useState<Whose>("teams");
  const { data, error, refetch } = useOverview(team?.slug ?? null, whose, first);
  const when = format.dateTime(now, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (
    <div className={classes.wrap}>
      <div className={classes.left}>
        <div className={classes.hello}>
          <h1>{t("title")}</h1>
          <p>{data ? t("hello", { when, sum: t("sum", { count: data.needs.length }) }) : when}</p>
        </div>
        <SilentClusters />
        {error && <Failure error={error} onRetry={() => void refetch()} />}
        {!data && !error && <SkeletonRows />}
        {data && (
          <>
            <Needs needs={data.needs} />
            <MyServices apps={data.apps} />
          </>
        )}
      </div>
      {data && <Activity items={data.activity} whose={whose} onWhose={setWhose} />}
    </div>
  );
}
