"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppRow } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { RelativeTime } from "../ui/relative-time.tsx";
import { ServiceState } from "./service-state.tsx";
import classes from "./services.module.css";

/** The same rows on a phone: two lines each. */
export function ServicesList({ rows, environment }: { rows: AppRow[]; environment: EnvironmentView | null }) {
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
