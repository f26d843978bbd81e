"use client";

import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { printDomain } from "#lib/apps/spec/domain-rules";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { DomainView } from "#lib/releases/domains/schema";
import { Failure } from "../shell/failure.tsx";
import { useAllows } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Panel } from "../ui/panel.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./gateways.module.css";
import { useDomains } from "./use-domains.ts";

const DomainDialog = lazy(() => import("./domain-dialog.tsx").then((module) => ({ default: module.DomainDialog })));

/** Which hosts the environment's routes may use, and who uses them. */
export function DomainsPanel({ environment }: { environment: EnvironmentView }) {
  const t = useTranslations("domains");
  const mayEdit = useAllows()("environment.edit");
  const { data, error, refetch } = useDomains(environment.id);
  const [open, setOpen] = useState<DomainView | "new" | null>(null);
  return (
    <Panel
      title={t("title")}
      meta={data?.rows.length}
      actions={
        <Button small why={mayEdit ? undefined : t("mayNot")} onClick={() => setOpen("new")}>
          {t("allow")}
        </Button>
      }
    >
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows rows={2} columns="1fr 1fr" />}
      {data && (
        <DataTable
          label={t("title")}
          columns={[
            { key: "domain", header: t("column.domain") },
            { key: "tls", header: t("column.tls"), width: 260, phoneWidth: 120 },
            { key: "used", header: t("column.used"), width: 300, wide: true },
          ]}
        >
          {data.rows.map((row) => (
            <tr key={row.name}>
              <td>
                <span className={classes.route}>
                  {mayEdit ? (
                    <button type="button" className="k-link" onClick={() => setOpen(row)}>
                      {printDomain(row)}
                    </button>
                  ) : (
                    printDomain(row)
                  )}
                  {row.own && <small> {t("own")}</small>}
                </span>
              </td>
              <td>
                <span className="k-trunc">{row.tlsSecret ?? <span className="k-quiet">{t("plain")}</span>}</span>
              </td>
              <td className="k-wide">
                <span className="k-trunc" title={row.services.join(", ")}>
                  {t("routes", { count: row.routes })}
                  {row.services.length > 0 && <span className="k-quiet"> {row.services.join(", ")}</span>}
                </span>
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {open !== null && (
        <Suspense fallback={null}>
          <DomainDialog
            environment={environment}
            domain={open === "new" ? null : open}
            known={data?.rows ?? []}
            onClose={() => setOpen(null)}
          />
        </Suspense>
      )}
    </Panel>
  );
}
