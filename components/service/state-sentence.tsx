"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import { ServiceState } from "../services/service-state.tsx";
import { Commit } from "../ui/commit.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { tellsCommit } from "../ui/tells-commit.ts";
import { isUnseen } from "../ui/unseen.ts";
import { SeenAt } from "./seen-at.tsx";
import classes from "./service.module.css";

type Props = { app: AppView; place: AppEnvironmentView | undefined; environment: string };

/** "Running 2 of 3 pods · v1.8.2 · a1b2c3d, released 35 min ago by Lin Wei as #213. Seen by watch 2 s ago." */
export function StateSentence({ app, place, environment }: Props) {
  const t = useTranslations("service.sentence");
  if (place === undefined || (place.currentRelease === null && (place.health === "absent" || place.wanted === 0))) {
    return (
      <p className={classes.sentence}>
        <ServiceState app={app} place={place} /> <span>{t("never", { environment })}</span>
      </p>
    );
  }
  const number = place.currentRelease ?? place.inFlightRelease;
  const linkTo = (which: number | null, id: string | null) => () => (
    <Link className="k-link" href={`/services/${app.name}/releases/${id}`}>
      #{which}
    </Link>
  );
  const release = linkTo(number, place.currentReleaseId ?? place.inFlightReleaseId);
  const at = place.lastReleaseAt;
  const ago = () => at && <RelativeTime at={at} />;
  return (
    <p className={classes.sentence}>
      <ServiceState app={app} place={place} />
      <span>
        {t("ready", { ready: place.ready, wanted: place.wanted })}
        {place.version !== null && (
          <>
            {" · "}
            <b title={place.commitSha ?? undefined}>{place.version}</b>
          </>
        )}
        {place.commitSha !== null && !tellsCommit(place.version, place.commitSha) && (
          <>
            {" · "}
            <Commit sha={place.commitSha} copy />
          </>
        )}
      </span>
      {at !== null && number !== null && (
        <span>
          {place.lastReleaseBy === null
            ? t.rich("released", { ago, release })
            : t.rich("releasedBy", { ago, release, name: place.lastReleaseBy })}
        </span>
      )}
      {place.onTrial && (
        <span>{t.rich("onTrial", { release: linkTo(place.inFlightRelease, place.inFlightReleaseId) })}</span>
      )}
      {place.seenAt !== null && <SeenAt at={place.seenAt} unseen={isUnseen(place.health)} />}
    </p>
  );
}
