"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "use-intl";
import type { ReleaseMark } from "#lib/metrics/schema";
import classes from "./metrics.module.css";
import { type Domain, grouped, xOf } from "./plot-rules.ts";

type Props = {
  app: string;
  releases: ReleaseMark[];
  domain: Domain;
  /** Of the plot's width: as much as a number needs. */
  room: number;
};

/** The releases of the time above a chart: which, of what kind, by whom; each leads to its page. */
export function ReleaseStrip({ app, releases, domain, room }: Props) {
  const t = useTranslations("metrics.release");
  const kind = useTranslations("releases.kind");
  const format = useFormatter();
  const xOfMark = ({ at }: ReleaseMark) => xOf(domain, Date.parse(at));
  const within = releases.filter((mark) => xOfMark(mark) >= 0 && xOfMark(mark) <= 1);
  const sentence = ({ number, kind: what, by, at }: ReleaseMark): string =>
    t("sentence", {
      number,
      kind: kind(what),
      by: by ?? "Kepler",
      at: format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" }),
    });
  return (
    <div className={classes.strip}>
      {grouped(within, xOfMark, room).map((group) => {
        const newest = group.at(-1);
        if (newest === undefined) return null;
        const words = group.map(sentence).join("\n");
        const more = group.length > 1 ? `+${group.length - 1}` : "";
        return (
          <Link
            key={newest.id}
            href={`/services/${app}/releases/${newest.id}`}
            className={classes.release}
            style={{ left: `${xOfMark(newest) * 100}%` }}
            title={words}
            // What stands there is a part of its name (WCAG 2.5.3).
            aria-label={more === "" ? words : `#${newest.number}${more}\n${words}`}
          >
            #{newest.number}
            {more !== "" && <small>{more}</small>}
          </Link>
        );
      })}
    </div>
  );
}
