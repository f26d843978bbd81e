"use client";

import { useTranslations } from "use-intl";
import type { EventView } from "#lib/clusters/schema";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./service.module.css";

/** One thing that happened, in words where they are known; the cluster's own words beside it. */
export function EventRow({ event }: { event: EventView }) {
  const t = useTranslations("service.events");
  const words = useTranslations("service.events.reason");
  const key = event.reason as Parameters<typeof words.has>[0];
  const reason = words.has(key) ? words(key) : event.reason;
  return (
    <li>
      <span className="k-small k-quiet k-num">
        <RelativeTime at={event.lastAt} bare />
      </span>
      <Glyph name={event.type === "Warning" ? "warn" : "none"} />
      {event.type === "Warning" && <span className="k-sr">{t("warning")}</span>}
      <details className={classes.event}>
        <summary className={classes.truncatedLine}>
          <b>{reason}</b> {event.message !== reason && <span className="k-quiet">{event.message}</span>}
        </summary>
        <p>{event.message}</p>
        <p className="k-small k-quiet">
          <code>{event.reason}</code> · <code>{event.involved}</code>
          {event.count > 1 &&
            t.rich("between", {
              count: event.count,
              first: () => <RelativeTime at={event.firstAt} />,
              last: () => <RelativeTime at={event.lastAt} />,
            })}
        </p>
      </details>
      {event.count > 1 && <span className="k-small k-quiet k-num">{t("times", { count: event.count })}</span>}
    </li>
  );
}
