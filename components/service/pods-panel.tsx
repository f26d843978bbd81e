"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import type { PodView } from "#lib/clusters/schema";
import { Failure } from "../shell/failure.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Message } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { State } from "../ui/state.tsx";
import { podGlyph } from "./pod-glyph.ts";
import classes from "./service.module.css";
import { usePods } from "./use-service.ts";

type Props = { app: AppView; environment: string; place: AppEnvironmentView | undefined };

/** Its pods in this environment, as the watch last saw them. */
export function PodsPanel({ app, environment, place }: Props) {
  const t = useTranslations("service.pods");
  const { data, error, refetch } = usePods(app, environment);
  const unreachable = place?.health === "unreachable" && data?.seenAt;
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
      {data === undefined && !error && <SkeletonRows rows={2} columns="1fr 120px 60px 60px" />}
      {data?.rows.length === 0 && <p className={classes.nothing}>{t("noneHint", { environment })}</p>}
      {data && data.rows.length > 0 && (
        <div className={classes.scroller}>
          <DataTable
            label={t("title")}
            columns={[
              { key: "pod", header: t("column.pod") },
              { key: "state", header: t("column.state"), width: 160, phoneWidth: 124 },
              { key: "release", header: t("column.release"), width: 60, align: "right", wide: true },
              { key: "restarts", header: t("column.restarts"), width: 76, align: "right", wide: true },
              { key: "address", header: t("column.address"), width: 110, wide: true },
              { key: "age", header: t("column.age"), width: 80, phoneWidth: 68, align: "right" },
            ]}
          >
            {data.rows.map((pod) => (
              <PodRow key={pod.uid} pod={pod} />
            ))}
          </DataTable>
        </div>
      )}
    </Panel>
  );
}

function PodRow({ pod }: { pod: PodView }) {
  const t = useTranslations("service.pods");
  // "Running" is what Kubernetes calls a pod that no traffic reaches yet, too.
  const word = pod.status === "Running" && !pod.ready ? t("notReady") : pod.status;
  return (
    <tr>
      <td className={`${classes.truncated} ${classes.podName}`} title={pod.name}>
        <code dir="ltr">{pod.name}</code>
      </td>
      <td className={classes.truncated} title={pod.message ?? undefined}>
        <State glyph={podGlyph(pod)}>{word}</State>
      </td>
      <td className="k-num k-wide" data-align="right">
        {pod.releaseNumber === null ? "" : `#${pod.releaseNumber}`}
      </td>
      <td className="k-num k-wide" data-align="right">
        {pod.restarts}
      </td>
      <td className="k-wide">
        <code>{pod.podIp}</code>
      </td>
      <td className="k-num" data-align="right">
        <RelativeTime at={pod.createdAt} bare />
      </td>
    </tr>
  );
}
