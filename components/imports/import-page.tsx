"use client";

import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { FoundWorkload } from "#lib/releases/import/schema";
import { Failure } from "../shell/failure.tsx";
import { useAllows, useSelection } from "../shell/selection.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Empty } from "../ui/empty.tsx";
import { Forbidden } from "../ui/forbidden.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { FoundRow } from "./found-row.tsx";
import { ImportDialog } from "./import-dialog.tsx";
import classes from "./imports.module.css";
import { useFound } from "./use-imports.ts";

/** What already runs in the chosen environment and is no service's: each can become one, or says why not. */
export function ImportPage() {
  const t = useTranslations("imports");
  const allows = useAllows();
  const { environment, teams, team: chosen } = useSelection();
  const right = environment?.purpose === "prod" ? "app.import.prod" : "app.import";
  const mine = teams.filter(({ id }) => allows(right, id));
  const [picked, setPicked] = useState<string | null>(null);
  const team = mine.find(({ id }) => id === (picked ?? chosen?.id)) ?? mine[0];
  const place = environment && team ? { teamId: team.id, environmentId: environment.id } : null;
  const { data, error, refetch } = useFound(place);
  const [wanted, setWanted] = useState<FoundWorkload | null>(null);
  return (
    <>
      <PageHead
        crumbs={[{ href: "/services", label: t("services") }]}
        title={t("title")}
        meta={data?.rows.length}
        actions={
          mine.length > 1 && (
            <NativeSelect
              size="xs"
              aria-label={t("team")}
              value={team?.id ?? ""}
              data={mine.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={(event) => setPicked(event.currentTarget.value)}
            />
          )
        }
      />
      <p className={classes.lead}>{t("lead", { environment: environment?.name ?? "" })}</p>
      {environment && !team && <Forbidden>{t("mayNot")}</Forbidden>}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {place && !data && !error && <SkeletonRows rows={6} />}
      {data?.rows.length === 0 && (
        <Empty title={t("none")}>{t("noneText", { namespace: data.namespace, cluster: data.cluster })}</Empty>
      )}
      {data && data.rows.length > 0 && (
        <DataTable
          label={t("title")}
          columns={[
            { key: "name", header: t("column.name") },
            { key: "pods", header: t("column.pods"), width: 96, phoneWidth: 64 },
            { key: "image", header: t("column.image"), width: 320, wide: true },
            { key: "since", header: t("column.since"), width: 120, wide: true },
            { key: "act", header: "", width: 120, phoneWidth: 104 },
          ]}
        >
          {data.rows.map((row) => (
            <FoundRow key={`${row.kind} ${row.name}`} row={row} onImport={() => setWanted(row)} />
          ))}
        </DataTable>
      )}
      {wanted && place && <ImportDialog place={place} name={wanted.name} onClose={() => setWanted(null)} />}
    </>
  );
}
