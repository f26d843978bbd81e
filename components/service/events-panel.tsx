"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { MissingRights } from "../ui/missing-rights.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { EventRow } from "./event-row.tsx";
import classes from "./service.module.css";
import { useKubernetesEvents } from "./use-service.ts";

const AT_FIRST = 12;

/** What Kubernetes itself reported, the same together, newest first; trouble keeps its mark and can be shown alone. */
export function EventsPanel({ app, environment }: { app: AppView; environment: string }) {
  const t = useTranslations("service.events");
  const { data, error } = useKubernetesEvents(app, environment);
  const [onlyWarnings, setOnlyWarnings] = useState(false);
  const [all, setAll] = useState(false);
  const warnings = data?.rows.filter(({ type }) => type === "Warning") ?? [];
  const chosen = onlyWarnings ? warnings : (data?.rows ?? []);
  const newest = data?.rows[0];
  return (
    <Panel
      title={t("title")}
      meta={newest && t.rich("asOf", { ago: () => <RelativeTime at={newest.lastAt} /> })}
      actions={
        warnings.length > 0 && (
          <Button look="plain" small onClick={() => setOnlyWarnings(!onlyWarnings)}>
            {onlyWarnings ? t("showAll") : t("onlyWarnings", { count: warnings.length })}
          </Button>
        )
      }
    >
      {error && <Failure error={error} />}
      {data === undefined && !error && <SkeletonRows rows={3} height={32} columns="60px 16px 1fr 30px" />}
      {data && data.missing.length > 0 && <MissingRights rights={data.missing} />}
      {data?.rows.length === 0 && data.missing.length === 0 && <p className={classes.nothing}>{t("none")}</p>}
      <ul className={classes.events}>
        {chosen.slice(0, all ? undefined : AT_FIRST).map((event) => (
          <EventRow key={event.uid} event={event} />
        ))}
      </ul>
      {!all && chosen.length > AT_FIRST && (
        <p className={classes.nothing}>
          <Button look="plain" small onClick={() => setAll(true)}>
            {t("more", { count: chosen.length - AT_FIRST })}
          </Button>
        </p>
      )}
    </Panel>
  );
}
