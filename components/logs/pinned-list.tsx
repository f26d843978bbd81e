"use client";

import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Failure } from "../shell/failure.tsx";
import { useSelection } from "../shell/selection.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Empty } from "../ui/empty.tsx";
import { Pager } from "../ui/pager.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./logs.module.css";
import { usePinnedLogs } from "./use-pins.ts";

const PAGE_SIZE = 25;

/** What people kept of a service's logs, and why. */
export function PinnedList({ app }: { app: AppView }) {
  const t = useTranslations("logs.pinned");
  const environment = useSelection().environment?.name ?? "";
  const [page, setPage] = useState(1);
  const { data, error, refetch } = usePinnedLogs(app, environment, page);
  return (
    <Panel
      title={t("title")}
      actions={
        <Link className="k-link" href={`/services/${app.name}/logs`}>
          {t("back")}
        </Link>
      }
    >
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && !error && <SkeletonRows rows={3} columns="1fr 120px 120px" />}
      {data?.total === 0 && <Empty title={t("none")}>{t("noneHint")}</Empty>}
      {data && data.total > 0 && (
        <DataTable
          label={t("title")}
          columns={[
            { key: "reason", header: t("reason") },
            { key: "lines", header: t("lines"), width: 80, align: "right" },
            { key: "pods", header: t("pods"), width: 220, wide: true },
            { key: "by", header: t("by"), width: 140, wide: true },
            { key: "at", header: t("at"), width: 120, phoneWidth: 96 },
          ]}
        >
          {data.rows.map((row) => (
            <tr key={row.id}>
              <td className={classes.cut} title={row.reason}>
                <Link className="k-link" href={`/services/${app.name}/logs/pins/${row.id}`}>
                  {row.reason}
                </Link>
              </td>
              <td className="k-num" data-align="right">
                {row.lineCount}
              </td>
              <td className={`k-wide ${classes.cut}`} title={row.pods.join(", ")}>
                <code>{row.pods.map((pod) => pod.slice(-5)).join(", ")}</code>
              </td>
              <td className={`k-wide ${classes.cut}`}>{row.by ?? t("nobody")}</td>
              <td>
                <RelativeTime at={row.pinnedAt} />
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      <Pager page={page} pageSize={PAGE_SIZE} total={data?.total ?? 0} onPage={setPage} />
    </Panel>
  );
}
