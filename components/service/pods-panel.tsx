"use client";

import Link from "next/link";
import { useCallback, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import type { EnvironmentView, PodView } from "#lib/clusters/schema";
import { useUsage } from "../settings/use-settings.ts";
import { Failure } from "../shell/failure.tsx";
import { useAllows } from "../shell/selection.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Message } from "../ui/message.tsx";
import { MissingRights } from "../ui/missing-rights.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { EndPod, type PodEnd } from "./end-pod.tsx";
import type { MeasuredUse } from "./pod-containers.tsx";
import { PodRow, podRowId } from "./pod-row.tsx";
import { PodsStrip, PodTile } from "./pods-strip.tsx";
import classes from "./service.module.css";
import { usePods } from "./use-service.ts";

type Props = { app: AppView; environment: EnvironmentView | null; place: AppEnvironmentView | undefined };

/** As many are seen at once in the table, too. */
const FEW = 3;
const NOT_MEASURED: readonly MeasuredUse[] = [];
const focusRow = (pod: PodView) => document.getElementById(podRowId(pod))?.focus();

/** Its pods in this environment, as the watch last saw them. */
export function PodsPanel({ app, environment, place }: Props) {
  const t = useTranslations("service.pods");
  const allows = useAllows();
  const [doomed, setDoomed] = useState<{ pod: PodView; end: PodEnd } | null>(null);
  const usage = useUsage(app, environment?.name ?? "").data;
  const use = useMemo(() => Map.groupBy(usage?.containers ?? [], ({ pod }) => pod), [usage]);
  const onEnd = useCallback((pod: PodView, end: PodEnd) => setDoomed({ pod, end }), []);
  const { data, error, refetch } = usePods(app, environment?.name ?? "");
  const mayDelete = allows(environment?.purpose === "prod" ? "pod.delete.prod" : "pod.delete", app.teamId);
  const unreachable = place?.health === "unreachable" && data?.seenAt;
  const forbidden = data?.missing[0];
  const columns: Column[] = [
    { key: "pod", header: t("column.pod") },
    { key: "state", header: t("column.state"), width: 176, phoneWidth: 124 },
    { key: "release", header: t("column.release"), width: 56, align: "right", wide: true },
    { key: "restarts", header: t("column.restarts"), width: 68, align: "right", wide: true },
    { key: "memory", header: t("memory"), width: 148, align: "right", roomy: true },
    { key: "age", header: t("column.age"), width: 72, phoneWidth: 68, align: "right" },
    ...(mayDelete ? [{ key: "more", header: "", width: 44, align: "right" as const }] : []),
  ];
  return (
    <Panel
      title={t("title")}
      meta={place && place.wanted > 0 ? t("ready", { ready: place.ready, wanted: place.wanted }) : undefined}
      actions={
        <Link className="k-link" href={`/services/${app.name}/logs`}>
          {t("logs")}
        </Link>
      }
    >
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {unreachable && (
        <Message state="unknown">{t.rich("unreachable", { ago: () => <RelativeTime at={unreachable} /> })}</Message>
      )}
      {forbidden && (
        <MissingRights rights={data.missing}>
          {data.rows.length > 0 && t.rich("lastSeen", { ago: () => <RelativeTime at={forbidden.since} /> })}
        </MissingRights>
      )}
      {data === undefined && !error && <SkeletonRows rows={2} columns="1fr 120px 60px 60px" />}
      {data?.rows.length === 0 && !forbidden && (
        <p className={classes.nothing}>{t("noneHint", { environment: environment?.name ?? "" })}</p>
      )}
      {data && data.rows.length > FEW && (
        <PodsStrip stale={Boolean(unreachable)}>
          {data.rows.map((pod) => (
            <PodTile key={pod.uid} pod={pod} use={use.get(pod.name) ?? NOT_MEASURED} onPick={focusRow} />
          ))}
        </PodsStrip>
      )}
      {data && data.rows.length > 0 && (
        <div className={classes.scroller} data-stale={unreachable ? true : undefined}>
          <DataTable label={t("title")} columns={columns}>
            {data.rows.map((pod) => (
              <PodRow
                key={pod.uid}
                pod={pod}
                use={use.get(pod.name) ?? NOT_MEASURED}
                columns={columns.length}
                onEnd={mayDelete ? onEnd : undefined}
              />
            ))}
          </DataTable>
        </div>
      )}
      {doomed && environment && (
        <EndPod
          {...doomed}
          app={app.name}
          environmentId={environment.id}
          last={!data?.rows.some(({ uid, ready }) => ready && uid !== doomed.pod.uid)}
          onClose={() => setDoomed(null)}
        />
      )}
    </Panel>
  );
}
