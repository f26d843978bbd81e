"use client";

import { Share2 } from "lucide-react";
import { useTranslations } from "use-intl";
import type { AppRow, ListAppsInput } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { UtilizationView } from "#lib/metrics/utilization-schema";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { isUnseen } from "../ui/unseen.ts";
import { ChooseBox } from "./choose-box.tsx";
import { LimitSparkline } from "./limit-sparkline.tsx";
import { Reached } from "./reached.tsx";
import { ReadyCount } from "./ready-count.tsx";
import { ServiceName } from "./service-name.tsx";
import { ServiceState } from "./service-state.tsx";
import classes from "./services.module.css";
import { Version } from "./version.tsx";

type Props = {
  rows: AppRow[];
  environments: EnvironmentView[];
  environment: EnvironmentView | null;
  sort: ListAppsInput["sort"];
  /** Ids of the rows that are chosen for a change of several at once. */
  chosen: ReadonlySet<string>;
  onChoose: (id: string, on: boolean) => void;
  /** Null where nothing measures: then there are no such columns. */
  utilization: UtilizationView["apps"] | null;
};

const FIGURES = ["cpu", "memory"] as const;

/** The other environments side by side, then all about the one in the switcher. */
export function ServicesTable({ rows, environments, environment, sort, chosen, onChoose, utilization }: Props) {
  const t = useTranslations("services");
  const others = environments.filter(({ id }) => id !== environment?.id);
  const columns: Column[] = [
    { key: "choose", header: "", width: 48 },
    { key: "name", header: t("column.name"), sorted: sort === "name" ? "ascending" : undefined },
    ...others.map(({ id, name }) => ({ key: id, header: name, width: 98 })),
    { key: "state", header: t("column.state"), width: 152 },
    { key: "version", header: t("column.version"), width: 132 },
    { key: "ready", header: t("column.ready"), width: 58, align: "right" },
    ...FIGURES.filter(() => utilization !== null).map((of) => ({
      ...{ key: of, header: t(`column.${of}`), width: 104, align: "right" as const, roomy: true },
    })),
    { key: "net", header: t("column.net"), width: 60 },
    { key: "release", header: t("column.release"), width: 152, sorted: sort === "released" ? "descending" : undefined },
  ];
  const groups = environment && (
    <tr className={classes.group}>
      <td colSpan={2 + others.length} />
      <th colSpan={columns.length - 2 - others.length} scope="colgroup" data-purpose={environment.purpose}>
        {t("inEnvironment", { environment: environment.name })}
      </th>
    </tr>
  );
  return (
    <div className={classes.desk}>
      <DataTable label={t("title")} columns={columns} groups={groups}>
        {rows.map((app) => {
          const placeIn = (id: string | undefined) =>
            app.environments.find(({ environmentId }) => environmentId === id);
          const place = placeIn(environment?.id);
          const used = utilization?.find(({ app: name }) => name === app.name);
          return (
            <tr key={app.id} data-stale={isUnseen(place?.health) || undefined} className={classes.row}>
              <td>
                <ChooseBox
                  app={app}
                  place={place}
                  environment={environment}
                  chosen={chosen.has(app.id)}
                  onChoose={(on) => onChoose(app.id, on)}
                />
              </td>
              <td>
                <ServiceName app={app} />
              </td>
              {others.map(({ id }) => (
                <td key={id} className={classes.other}>
                  <ServiceState app={app} place={placeIn(id)} aside />
                </td>
              ))}
              <td>
                <ServiceState app={app} place={place} />
              </td>
              <td>
                <Version place={place} />
              </td>
              <td data-align="right">
                <ReadyCount place={place} />
              </td>
              {FIGURES.filter(() => utilization !== null).map((of) => (
                <td key={of} data-align="right" className="k-roomy">
                  <LimitSparkline of={of} shares={used?.[of]} />
                </td>
              ))}
              <td>
                <span className={classes.net}>
                  {place?.meshMode === "mesh" ? (
                    <Share2 size={14} strokeWidth={1.5} aria-label={t("mesh")} role="img" />
                  ) : (
                    <span />
                  )}
                  {place && <Reached place={place} />}
                </span>
              </td>
              <td>
                {place?.lastReleaseAt && (
                  <span className={classes.release}>
                    <RelativeTime at={place.lastReleaseAt} bare />
                    <span className="k-trunc">{place.lastReleaseBy ?? t("byKepler")}</span>
                  </span>
                )}
              </td>
            </tr>
          );
        })}
      </DataTable>
    </div>
  );
}
