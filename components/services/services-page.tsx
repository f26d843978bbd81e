"use client";

import { useState } from "react";
import type { ListAppsResult } from "#lib/apps/schema";
import { BulkBar } from "../bulk/bulk-bar.tsx";
import { Failure } from "../shell/failure.tsx";
import { useSelection } from "../shell/selection.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { NoServices } from "./no-services.tsx";
import classes from "./services.module.css";
import type { ServicesFilter } from "./services-filter.ts";
import { ServicesFoot } from "./services-foot.tsx";
import { ServicesList } from "./services-list.tsx";
import { ServicesTable } from "./services-table.tsx";
import { ServicesTools } from "./services-tools.tsx";
import { SilentClusters } from "./silent-clusters.tsx";
import { useFilter } from "./use-filter.ts";
import { useServices } from "./use-services.ts";
import { useUtilization } from "./use-utilization.ts";

type Props = { first: { filter: ServicesFilter; result: ListAppsResult; at: string } };

/** Every service that I may see, the ones in trouble first. */
export function ServicesPage({ first }: Props) {
  const [filter, change] = useFilter();
  const { environments, environment } = useSelection();
  const { data, error, refetch } = useServices(filter, first);
  const rows = data?.rows ?? [];
  const { data: utilization } = useUtilization(rows, environment?.id);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choose = (id: string, on: boolean) =>
    setChosen((now) => new Set(on ? [...now, id] : [...now].filter((other) => other !== id)));
  return (
    <div className={classes.page}>
      <ServicesTools filter={filter} onChange={change} total={data?.total} />
      <div className={classes.say}>
        <SilentClusters />
        {error && <Failure error={error} onRetry={() => void refetch()} />}
      </div>
      {!data && !error && <SkeletonRows rows={16} />}
      {data && rows.length === 0 && <NoServices filter={filter} onChange={change} />}
      {rows.length > 0 && (
        <>
          {environment && (
            <BulkBar
              apps={rows.filter(({ id }) => chosen.has(id))}
              environment={environment}
              onClear={() => setChosen(new Set())}
            />
          )}
          <ServicesTable
            rows={rows}
            environments={environments}
            environment={environment}
            sort={filter.sort}
            chosen={chosen}
            onChoose={choose}
            utilization={utilization?.state === "absent" ? null : (utilization?.apps ?? [])}
          />
          <ServicesList rows={rows} environment={environment} utilization={utilization?.apps} />
        </>
      )}
      {data && rows.length > 0 && (
        <ServicesFoot
          result={data}
          rows={rows}
          environment={environment}
          unmeasured={utilization?.problem ?? null}
          onPage={(page) => change({ page })}
        />
      )}
    </div>
  );
}
