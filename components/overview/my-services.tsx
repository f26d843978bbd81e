"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { OverviewView } from "#lib/reports/schema";
import { ReadyCount } from "../services/ready-count.tsx";
import { ServiceName } from "../services/service-name.tsx";
import { ServiceState } from "../services/service-state.tsx";
import { ServicesList } from "../services/services-list.tsx";
import { Version } from "../services/version.tsx";
import { useSelection } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Empty } from "../ui/empty.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import classes from "./overview.module.css";
import { FailedShare, RequestRate } from "./request-figures.tsx";
import { useRequestRates } from "./use-request-rates.ts";

/** My services in the chosen environment, the ones in trouble first. */
export function MyServices({ apps: { rows, total } }: { apps: OverviewView["apps"] }) {
  const t = useTranslations("overview.services");
  const errorText = usePublicErrorText();
  const { environment } = useSelection();
  const { data: rates } = useRequestRates(rows, environment?.id);
  if (total === 0) {
    return (
      <Empty
        title={t("none")}
        action={
          <Button look="primary" href="/services/new">
            {t("create")}
          </Button>
        }
      >
        {t("noneText")}
      </Empty>
    );
  }
  // Nobody measures: then there are no such columns.
  const isMeasured = rates?.state !== "absent";
  const columns: Column[] = [
    { key: "name", header: t("name") },
    { key: "state", header: t("state"), width: 172 },
    { key: "version", header: t("version"), width: 136 },
    { key: "ready", header: t("ready"), width: 72, align: "right" },
    ...(isMeasured
      ? [
          { key: "requests", header: t("requests"), width: 136, align: "right" as const, roomy: true },
          { key: "errors", header: t("errors"), width: 84, align: "right" as const, roomy: true },
        ]
      : []),
  ];
  return (
    <section>
      <div className={classes.head}>
        <h2>{t("title")}</h2>
        <span className="k-num">
          {t("count", { shown: rows.length, total, environment: environment?.name ?? "–" })}
        </span>
        <Link className="k-link k-small" href="/services">
          {t("all")}
        </Link>
      </div>
      <div className={classes.mine}>
        <DataTable label={t("title")} columns={columns}>
          {rows.map((app) => {
            const place = app.environments.find(({ environmentId }) => environmentId === environment?.id);
            const own = rates?.apps.find(({ app: name }) => name === app.name);
            return (
              <tr key={app.id}>
                <td>
                  <ServiceName app={app} />
                </td>
                <td>
                  <ServiceState app={app} place={place} />
                </td>
                <td>
                  <Version place={place} />
                </td>
                <td data-align="right">
                  <ReadyCount place={place} />
                </td>
                {isMeasured && (
                  <>
                    <td data-align="right" className="k-roomy">
                      <RequestRate rates={own} />
                    </td>
                    <td data-align="right" className="k-roomy">
                      <FailedShare rates={own} />
                    </td>
                  </>
                )}
              </tr>
            );
          })}
        </DataTable>
        <ServicesList rows={rows} environment={environment} />
      </div>
      {rates?.problem && <p className={classes.unmeasured}>{t("unmeasured", { problem: errorText(rates.problem) })}</p>}
    </section>
  );
}
