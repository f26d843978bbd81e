"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppRow } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { UtilizationView } from "#lib/metrics/utilization-schema";
import { RelativeTime } from "../ui/relative-time.tsx";
import { ServiceState } from "./service-state.tsx";
import classes from "./services.module.css";

type Props = {
  rows: AppRow[];
  environment: EnvironmentView | null;
  /** Of those that were measured. */
  utilization?: UtilizationView["apps"];
};

/** The same rows on a phone: two lines each. */
export function ServicesList({ rows, environment, utilization = [] }: Props) {
  const t = useTranslations("services");
  return (
    <ul className={classes.phoneList} aria-label={t("title")}>
      {rows.map((app) => {
        const place = app.environments.find(({ environmentId }) => environmentId === environment?.id);
        return (
          <li key={app.id}>
            <Link href={`/services/${app.name}`}>
              <span className={classes.phoneLine}>
                <b className="k-trunc">{app.name}</b>
                <ServiceState app={app} place={place} />
              </span>
              <span className={`${classes.phoneLine} k-small k-quiet k-num`}>
                <span className="k-trunc">
                  {place && place.health !== "absent"
                    ? t("readyOf", { ready: place.ready, wanted: place.wanted })
                    : app.team}
                  <Used shares={utilization.find(({ app: name }) => name === app.name)} />
                </span>
                <span>
                  {place?.version}
                  {place?.lastReleaseAt && (
                    <>
                      {" · "}
                      <RelativeTime at={place.lastReleaseAt} bare />
                    </>
                  )}
                </span>
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

/** How near it is to its limits now, as words: there is no room for lines. */
function Used({ shares }: { shares: UtilizationView["apps"][number] | undefined }) {
  const t = useTranslations("services.utilization");
  const now = (of: "cpu" | "memory") => shares?.[of].findLast((share) => share !== null);
  const [cpu, memory] = [now("cpu"), now("memory")];
  return (
    <>
      {cpu !== undefined && cpu !== null && t("cpuNow", { now: cpu })}
      {memory !== undefined && memory !== null && t("memoryNow", { now: memory })}
    </>
  );
}
