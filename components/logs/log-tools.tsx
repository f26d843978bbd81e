"use client";

import { Bookmark, Clock, Download, Pin, WrapText } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import buttons from "../ui/button.module.css";
import { IconButton } from "../ui/icon-button.tsx";
import { MenuButton } from "../ui/menu-button.tsx";
import { type LogFilter, sourceQuery } from "./log-filter.ts";
import classes from "./logs.module.css";

type Props = {
  app: string;
  environment: string;
  filter: LogFilter;
  times: boolean;
  onTimes: (times: boolean) => void;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  /** How many lines are chosen; null where the person may not pin. */
  chosen: number | null;
  onPin: () => void;
};

const icon = { size: 16, strokeWidth: 1.5 } as const;

/** How the lines are shown, and ways to take them along. */
export function LogTools({ app, environment, filter, times, onTimes, wrap, onWrap, chosen, onPin }: Props) {
  const t = useTranslations("logs");
  const download = (whole: boolean) => {
    const since = whole && filter.since === null ? "all" : filter.since;
    const query = sourceQuery(environment, { ...filter, since }, new Date());
    if (!whole && filter.q !== "") query.set("q", filter.q.trim());
    if (!whole && filter.level !== null) query.set("level", filter.level);
    return `/api/apps/${app}/logs/download?${query}`;
  };
  const save = (address: string) => {
    const link = Object.assign(document.createElement("a"), { href: address, download: "" });
    link.click();
  };
  return (
    <span className={classes.tools}>
      {chosen !== null && (
        <IconButton
          label={chosen === 0 ? t("pin.choose") : t("pin.title", { count: chosen })}
          aria-disabled={chosen === 0}
          onClick={() => chosen > 0 && onPin()}
        >
          <Pin {...icon} />
          {chosen > 0 && <small className="k-num">{chosen}</small>}
        </IconButton>
      )}
      <Link
        className={buttons.icon}
        href={`/services/${app}/logs/pins`}
        aria-label={t("pinned.title")}
        title={t("pinned.title")}
      >
        <Bookmark {...icon} />
      </Link>
      <IconButton label={t("times")} aria-pressed={times} onClick={() => onTimes(!times)}>
        <Clock {...icon} />
      </IconButton>
      <IconButton label={t("wrap")} aria-pressed={wrap} onClick={() => onWrap(!wrap)}>
        <WrapText {...icon} />
      </IconButton>
      <MenuButton
        className={buttons.icon}
        aria-label={t("download")}
        title={t("download")}
        align="end"
        entries={[
          { key: "whole", label: t("downloadWhole"), onSelect: () => save(download(true)) },
          { key: "filtered", label: t("downloadFiltered"), onSelect: () => save(download(false)) },
        ]}
      >
        <Download {...icon} />
      </MenuButton>
    </span>
  );
}
