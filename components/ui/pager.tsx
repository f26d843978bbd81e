"use client";

import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import classes from "./pager.module.css";

type Props = {
  page: number;
  pageSize: number;
  total: number;
  /** What the list is sorted by: the newest first, or by name. */
  by?: "time" | "name";
  onPage: (page: number) => void;
};

/** The pages before and after of a list; nothing when there is only one. */
export function Pager({ page, pageSize, total, by = "time", onPage }: Props) {
  const t = useTranslations("ui.pager");
  if (total <= pageSize) return null;
  return (
    <nav className={classes.pager} aria-label={t("label")}>
      <Button small why={page === 1 ? t(`${by}.first`) : undefined} onClick={() => onPage(page - 1)}>
        {t(`${by}.before`)}
      </Button>
      <span className="k-quiet k-num">
        {t("range", { from: (page - 1) * pageSize + 1, to: Math.min(page * pageSize, total), total })}
      </span>
      <Button small why={page * pageSize >= total ? t(`${by}.last`) : undefined} onClick={() => onPage(page + 1)}>
        {t(`${by}.after`)}
      </Button>
    </nav>
  );
}
