"use client";

import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ListRetirementsResult } from "#lib/retire/schema";
import { Failure } from "../shell/failure.tsx";
import { Badge } from "../ui/badge.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Empty } from "../ui/empty.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Pager } from "../ui/pager.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./retire.module.css";
import { RetirementStateView } from "./retirement-state.tsx";
import { useRetirements } from "./use-retirement.ts";

const TYPING_MS = 200;

/** Services that are retired, or on their way out: read-only, each with its proof. */
export function RetirementsPage({ initial }: { initial: ListRetirementsResult }) {
  const t = useTranslations("retire.list");
  const [typed, setTyped] = useState("");
  const [page, setPage] = useState(1);
  const [q] = useDebouncedValue(typed, TYPING_MS);
  const isFirst = q === "" && page === 1;
  const { data, error, refetch } = useRetirements({ q, page }, isFirst ? initial : undefined);
  const rows = data?.rows ?? [];
  return (
    <>
      <PageHead
        crumbs={[{ href: "/services", label: t("services") }]}
        title={t("title")}
        meta={data?.total}
        actions={
          <TextInput
            size="xs"
            aria-label={t("find")}
            placeholder={t("find")}
            value={typed}
            maxLength={80}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setPage(1);
            }}
          />
        }
      />
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data && rows.length === 0 ? (
        <Empty title={t("none")}>{t("noneHint")}</Empty>
      ) : (
        <DataTable
          label={t("title")}
          columns={[
            { key: "service", header: t("column.service") },
            { key: "state", header: t("column.state"), width: 168, phoneWidth: 120 },
            { key: "team", header: t("column.team"), width: 160, wide: true },
            { key: "by", header: t("column.by"), width: 220, wide: true },
            { key: "when", header: t("column.when"), width: 140, phoneWidth: 96 },
          ]}
        >
          {rows.map((row) => (
            <tr key={row.id}>
              <td>
                <Link className={classes.rowLink} href={`/retirements/${row.id}`} title={row.reason}>
                  {row.app}
                </Link>{" "}
                {row.kept > 0 && <Badge>{t("kept", { count: row.kept })}</Badge>}
              </td>
              <td>
                <RetirementStateView state={row.state} />
              </td>
              <td className="k-wide">{row.team}</td>
              <td className="k-wide">{row.requestedBy ?? "–"}</td>
              <td>
                <RelativeTime at={row.endedAt ?? row.requestedAt} />
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {data && <Pager page={data.page} pageSize={data.pageSize} total={data.total} onPage={setPage} />}
    </>
  );
}
