"use client";

import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { BuildRow, ListBuildsResult } from "#lib/builds/schema";
import { Failure } from "../shell/failure.tsx";
import { BuildStateView } from "../ui/build-state.tsx";
import { Commit } from "../ui/commit.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Elapsed } from "../ui/elapsed.tsx";
import { Empty } from "../ui/empty.tsx";
import { Pager } from "../ui/pager.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./builds.module.css";
import { useBuilds } from "./use-builds.ts";

const PAGE_SIZE = 25;

/** Every build of a service, newest first. */
export function BuildList({ app, initial }: { app: string; initial?: ListBuildsResult }) {
  const t = useTranslations("builds");
  const [page, setPage] = useState(1);
  const { data, error, refetch } = useBuilds(app, page, initial);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows columns="60px 120px 1fr 160px 80px 90px" />;
  if (data.total === 0) return <Empty title={t("none")}>{t("noneHint")}</Empty>;
  return (
    <>
      <DataTable
        label={t("title")}
        columns={[
          { key: "number", header: t("column.number"), width: 80, phoneWidth: 64 },
          { key: "state", header: t("column.state"), width: 140, phoneWidth: 104 },
          { key: "commit", header: t("column.commit") },
          { key: "ref", header: t("column.ref"), width: 160, wide: true },
          { key: "by", header: t("column.by"), width: 150, wide: true },
          { key: "duration", header: t("column.duration"), width: 90, align: "right", wide: true },
          { key: "at", header: t("column.at"), width: 110, phoneWidth: 72, align: "right" },
        ]}
      >
        {data.rows.map((row) => (
          <Row key={row.id} app={app} row={row} />
        ))}
      </DataTable>
      <Pager page={page} pageSize={PAGE_SIZE} total={data.total} onPage={setPage} />
    </>
  );
}

function Row({ app, row }: { app: string; row: BuildRow }) {
  const t = useTranslations("builds");
  return (
    <tr>
      <td className="k-num">
        <Link className={classes.rowLink} href={`/services/${app}/builds/${row.id}`}>
          {t("short", { number: row.number })}
        </Link>
      </td>
      <td>
        <BuildStateView state={row.state} />
      </td>
      <td className={classes.truncated} title={row.commitTitle}>
        <Commit sha={row.commitSha} /> {row.commitTitle}
      </td>
      <td className={`${classes.truncated} k-wide`} title={row.ref}>
        {row.ref}
      </td>
      <td className={`${classes.truncated} k-wide`}>{row.requestedBy ?? t(`facts.trigger.${row.trigger}`)}</td>
      <td className="k-num k-wide" data-align="right">
        {row.startedAt ? <Elapsed from={row.startedAt} to={row.endedAt} /> : "–"}
      </td>
      <td className="k-num" data-align="right">
        <RelativeTime at={row.requestedAt} bare />
      </td>
    </tr>
  );
}
