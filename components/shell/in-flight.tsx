"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { InFlightItem } from "#lib/reports/schema";
import { Elapsed } from "../ui/elapsed.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { MenuButton } from "../ui/menu-button.tsx";
import { getJson } from "./api.ts";
import { queryKeys } from "./query-keys.ts";
import classes from "./top-bar.module.css";
import { useProgressTitle } from "./use-progress-title.ts";

const schema = () => import("#lib/reports/schema").then((module) => module.inFlightResult);

/** Where an operation is watched. */
function hrefOf({ kind, app, id }: InFlightItem): string {
  switch (kind) {
    case "provision":
      return `/services/${app}`;
    case "retirement":
      return `/retirements/${id}`;
    case "build":
    case "release":
      return `/services/${app}/${kind}s/${id}`;
  }
}
/** Steps done of all, and half of the one under way. */
const shareOf = ({ stepsDone, steps }: InFlightItem): number =>
  steps === 0 ? 0 : Math.min(1, (stepsDone + 0.5) / steps);

/** What is running now among what I may see: the newest in the bar, the rest one click away. Nothing running, nothing shown. */
export function InFlight() {
  const t = useTranslations("shell.inFlight");
  const { data } = useQuery({
    queryKey: queryKeys.inFlight(),
    queryFn: ({ signal }) => getJson("/api/in-flight", schema, signal),
  });
  const rows = data?.rows ?? [];
  const first = rows[0];
  useProgressTitle(first && { share: shareOf(first), text: t(first.kind, { app: first.app }) });
  if (!first) return null;
  return (
    <MenuButton
      align="end"
      className={classes.flight}
      title={t("label", { count: rows.length })}
      entries={rows.map((item) => ({
        key: `${item.kind}:${item.id}`,
        href: hrefOf(item),
        label: <FlightRow item={item} />,
      }))}
    >
      <Glyph name="working" />
      <span className="k-trunc">{t.rich("line", { kind: first.kind, app: () => <b>{first.app}</b> })}</span>
      <small className="k-num">
        {rows.length > 1 ? t("more", { count: rows.length - 1 }) : <Elapsed from={first.since} />}
      </small>
      <i style={{ width: `${shareOf(first) * 100}%` }} />
    </MenuButton>
  );
}

function FlightRow({ item }: { item: InFlightItem }) {
  const t = useTranslations("shell.inFlight");
  return (
    <span className={classes.flightRow}>
      <Glyph name="working" />
      <span className="k-trunc">{t.rich("line", { kind: item.kind, app: () => <b>{item.app}</b> })}</span>
      <Elapsed from={item.since} />
      <span />
      <small>
        {item.number !== null && t("number", { kind: item.kind, number: item.number })}{" "}
        {t("steps", { done: item.stepsDone, all: item.steps })}
      </small>
    </span>
  );
}
