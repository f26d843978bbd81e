"use client";

import { Checkbox } from "@mantine/core";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { ReleaseRow } from "#lib/releases/schema";
import { useServiceActions } from "../service/service-actions-context.tsx";
import { Failure } from "../shell/failure.tsx";
import { useSelection } from "../shell/selection.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Empty } from "../ui/empty.tsx";
import { Pager } from "../ui/pager.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { ReleaseStateView } from "../ui/release-state.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { changeName, printable } from "./change-text.ts";
import { isFiltered } from "./history-filter.ts";
import { HistoryFilterBar } from "./history-filter-bar.tsx";
import classes from "./releases.module.css";
import { Restorable } from "./restorable.tsx";
import { useHeldCommits } from "./use-held-commits.ts";
import { useHistoryFilter, useReleaseHistory } from "./use-release-history.ts";

const PAGE_SIZE = 25;

/** Every change of what runs, newest first, by whatever is looked for; any two can be compared, any done one restored. */
export function ReleaseList({ app }: { app: AppView }) {
  const t = useTranslations("releases");
  const control = useTranslations("control.filter");
  const environment = useSelection().environment?.name ?? "";
  const [filter, change] = useHistoryFilter();
  // What was typed goes with the filters: a new search field, which an address that changes while one types never is.
  const [cleared, setCleared] = useState(0);
  const [picked, setPicked] = useState<string[]>([]);
  const { data, error, refetch } = useReleaseHistory(app.name, environment, filter);
  const filtered = isFiltered(filter);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows columns="22px 80px 140px 1fr 120px 90px" />;
  if (data.total === 0 && !filtered && !filter.everywhere) {
    return <Empty title={t("none", { environment })}>{t("noneHint")}</Empty>;
  }

  const pick = (id: string, on: boolean) =>
    setPicked((now) =>
      on ? [...now.filter((other) => other !== id), id].slice(-2) : now.filter((other) => other !== id),
    );
  const clear = () => {
    change({ kind: undefined, state: undefined, by: undefined, q: undefined });
    setCleared((times) => times + 1);
  };
  return (
    <>
      <div className={classes.bar}>
        <HistoryFilterBar key={cleared} filter={filter} people={data.people} onChange={change} />
        <span className="k-small k-quiet k-wide">{picked.length < 2 && data.total > 1 ? t("pickTwo") : ""}</span>
        {picked.length === 2 && (
          <Button small href={`/services/${app.name}/releases/compare?of=${picked.join(",")}`}>
            {t("compare")}
          </Button>
        )}
      </div>
      {data.total === 0 ? (
        <Empty
          title={control("none")}
          action={
            <Button small onClick={clear}>
              {control("clear")}
            </Button>
          }
        >
          {control("noneText")}
        </Empty>
      ) : (
        <DataTable label={t("title.list")} columns={columnsOf(t, filter.everywhere)}>
          {data.rows.map((row) => (
            <Row
              key={row.id}
              app={app}
              row={row}
              everywhere={filter.everywhere}
              picked={picked.includes(row.id)}
              onPick={(on) => pick(row.id, on)}
            />
          ))}
        </DataTable>
      )}
      <Pager page={filter.page} pageSize={PAGE_SIZE} total={data.total} onPage={(page) => change({ page })} />
    </>
  );
}

function columnsOf(t: ReturnType<typeof useTranslations<"releases">>, everywhere: boolean): Column[] {
  return [
    { key: "pick", header: <span className="k-sr">{t("compare")}</span>, width: 40, wide: true },
    { key: "number", header: t("column.number"), width: everywhere ? 130 : 90, phoneWidth: everywhere ? 104 : 64 },
    { key: "state", header: t("column.state"), width: 130, phoneWidth: 88 },
    { key: "what", header: t("column.what") },
    { key: "version", header: t("column.version"), width: 150, wide: true },
    { key: "by", header: t("column.by"), width: 140, wide: true },
    { key: "at", header: t("column.at"), width: 90, align: "right", wide: true },
    { key: "actions", header: "", width: 170, phoneWidth: 148, align: "right" },
  ];
}

type RowProps = {
  app: AppView;
  row: ReleaseRow;
  everywhere: boolean;
  picked: boolean;
  onPick: (on: boolean) => void;
};

function Row({ app, row, everywhere, picked, onPick }: RowProps) {
  const t = useTranslations("releases");
  const control = useTranslations("control");
  const actions = useServiceActions();
  const environment = useSelection().environment?.name;
  const held = useHeldCommits(app).some(
    ({ commitSha, environmentId }) => commitSha === row.commitSha && environmentId === row.environmentId,
  );
  const words = row.changes
    .map(({ field, after }) => `${changeName(t, field)} ${printable(t, field, after)}`)
    .join(" · ");
  return (
    <tr>
      <td className="k-wide">
        <Checkbox
          size="xs"
          checked={picked}
          onChange={(event) => onPick(event.currentTarget.checked)}
          aria-label={`${t("compare")} ${t("short", { number: row.number })}`}
        />
      </td>
      <td className="k-num">
        <Link className={classes.rowLink} href={`/services/${app.name}/releases/${row.id}`}>
          {t("short", { number: row.number })}
        </Link>{" "}
        {everywhere && <small className="k-quiet">{row.environment}</small>}
      </td>
      <td>
        <ReleaseStateView state={row.state} paused={row.paused !== null} />
      </td>
      <td className={classes.words} title={row.reason ?? words}>
        <b>{t(`kind.${row.kind}`)}</b> {held && <Badge tone="warn">{control("held")}</Badge>}{" "}
        {row.restoresNumber !== null
          ? control("restoresPart", { part: row.restoredPart, number: row.restoresNumber })
          : row.number === 1
            ? t("firstRelease")
            : words}
      </td>
      <td className={`${classes.words} k-wide`}>{row.version ?? row.commitSha?.slice(0, 7)}</td>
      <td className={`${classes.words} k-wide`}>{row.requestedBy ?? t("system")}</td>
      <td className="k-num k-wide" data-align="right">
        <RelativeTime at={row.requestedAt} bare />
      </td>
      <td data-align="right">
        {row.isCurrent ? (
          <Badge tone="ok">{t("current")}</Badge>
        ) : (
          row.state === "done" &&
          row.environment === environment && (
            <span className={classes.rollBack}>
              <Restorable row={row} />
              <Button
                look="plain"
                small
                why={actions.whyNotRelease}
                onClick={() => actions.open({ kind: "rollback", number: row.number })}
              >
                {t("rollBack")}
              </Button>
            </span>
          )
        )}
      </td>
    </tr>
  );
}
