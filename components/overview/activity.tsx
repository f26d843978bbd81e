"use client";

import { SegmentedControl } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "use-intl";
import type { ActivityItem } from "#lib/reports/schema";
import { Glyph } from "../ui/glyph.tsx";
import { GLYPH_OF } from "../ui/known-states.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./overview.module.css";
import type { Whose } from "./use-overview.ts";

type Props = { items: ActivityItem[]; whose: Whose; onWhose: (whose: Whose) => void };

/** Builds and releases as they happen, newest first. */
export function Activity({ items, whose, onWhose }: Props) {
  const t = useTranslations("overview.activity");
  return (
    <aside className={classes.activity} aria-label={t("title")}>
      <div className={classes.head}>
        <h2>{t("title")}</h2>
        <SegmentedControl
          aria-label={t("whose")}
          value={whose}
          onChange={(value) => onWhose(value === "mine" ? "mine" : "teams")}
          data={[
            { value: "mine", label: t("mine") },
            { value: "teams", label: t("teams") },
          ]}
        />
      </div>
      {items.length === 0 && <p className={classes.calm}>{t("nothing")}</p>}
      <ol className={classes.feed}>
        {items.map((item) => (
          <ActivityRow key={item.id} item={item} />
        ))}
      </ol>
    </aside>
  );
}

function ActivityRow({ item }: { item: ActivityItem }) {
  const t = useTranslations("overview.activity");
  const states = useTranslations("states.release");
  const words = {
    by: item.by ?? t("kepler"),
    app: () => <b>{item.app}</b>,
    who: (name: React.ReactNode) => <b>{name}</b>,
  };
  return (
    <li>
      <RelativeTime at={item.at} bare />
      <Glyph name={item.kind === "build" ? GLYPH_OF.build[item.state] : GLYPH_OF.release[item.state]} />
      <span>
        {item.kind === "build"
          ? t.rich(`build.${item.state}`, { ...words, ref: item.ref })
          : t.rich(`release.${item.releaseKind}`, { ...words, environment: item.environment })}
        {/* A build's sentence tells how it went; a release's tells what was wanted. */}
        {item.kind === "release" && item.state !== "done" && <small> · {states(item.state)}</small>}
      </span>
      <Link className="k-link k-num" href={`/services/${item.app}/${item.kind}s/${item.id}`}>
        {t(`number.${item.kind}`, { number: item.number })}
      </Link>
    </li>
  );
}
