"use client";

import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Failure } from "../shell/failure.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./service.module.css";
import { useKubernetesEvents } from "./use-service.ts";

/** What Kubernetes itself reported, newest first; trouble keeps its mark. */
export function EventsPanel({ app, environment }: { app: AppView; environment: string }) {
  const t = useTranslations("service.events");
  const { data, error } = useKubernetesEvents(app, environment);
  return (
    <Panel title={t("title")}>
      {error && <Failure error={error} />}
      {data === undefined && !error && <SkeletonRows rows={3} height={32} columns="60px 16px 1fr 30px" />}
      {data?.rows.length === 0 && <p className={classes.nothing}>{t("none")}</p>}
      <ul className={classes.events}>
        {data?.rows.slice(0, 12).map((event) => (
          <li key={event.uid}>
            <span className="k-small k-quiet k-num">
              <RelativeTime at={event.lastAt} bare />
            </span>
            <Glyph name={event.type === "Warning" ? "warn" : "none"} />
            {event.type === "Warning" && <span className="k-sr">{t("warning")}</span>}
            <span className={classes.truncatedLine} title={`${event.involved}: ${event.message}`}>
              <b>{event.reason}</b> {event.message}
            </span>
            {event.count > 1 && <span className="k-small k-quiet k-num">{t("times", { count: event.count })}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
