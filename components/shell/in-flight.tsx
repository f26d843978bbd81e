"use client";

import { Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { type InFlightItem, inFlightResult } from "#lib/reports/schema";
import { Elapsed } from "../ui/elapsed.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { getJson } from "./api.ts";
import { queryKeys } from "./query-keys.ts";
import classes from "./top-bar.module.css";
import { useProgressTitle } from "./use-progress-title.ts";

/** Where an operation is watched. */
const hrefOf = ({ kind, app, id }: InFlightItem): string =>
  kind === "provision" ? `/services/${app}` : `/services/${app}/${kind}s/${id}`;
/** Steps done of all, and half of the one under way. */
const shareOf = ({ stepsDone, steps }: InFlightItem): number =>
  steps === 0 ? 0 : Math.min(1, (stepsDone + 0.5) / steps);

/** What is running now among what I may see: the newest in the bar, the rest one click away. Nothing running, nothing shown. */
export function InFlight() {
  const t = useTranslations("shell.inFlight");
  const { data } = useQuery({
    queryKey: queryKeys.inFlight(),
    queryFn: ({ signal }) => getJson("/api/in-flight", inFlightResult, signal),
  });
  const rows = data?.rows ?? [];
  const first = rows[0];
  useProgressTitle(first && { share: shareOf(first), text: t(first.kind, { app: first.app }) });
  if (!first) return null;
  return (
    <Menu>
      <Menu.Target>
        <button type="button" className={classes.flight} aria-label={t("label", { count: rows.length })}>
          <Glyph name="working" />
          <span className="k-trunc">{t.rich("line", { kind: first.kind, app: () => <b>{first.app}</b> })}</span>
          <small className="k-num">
            {rows.length > 1 ? t("more", { count: rows.length - 1 }) : <Elapsed from={first.since} />}
          </small>
          <i style={{ width: `${shareOf(first) * 100}%` }} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {rows.map((item) => (
          <Menu.Item key={`${item.kind}:${item.id}`} component={Link} href={hrefOf(item)}>
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
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
