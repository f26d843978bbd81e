"use client";

import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import classes from "./pager.module.css";

type Props = { page: number; pageSize: number; total: number; onPage: (page: number) => void };

/** Newer and older pages of a list; nothing when there is only one. */
export function Pager({ page, pageSize, total, onPage }: Props) {
  const t = useTranslations("ui.pager");
  if (total <= pageSize) return null;
  return (
    <nav className={classes.pager} aria-label={t("label")}>
      <Button small why={page === 1 ? t("first") : undefined} onClick={() => onPage(page - 1)}>
        {t("newer")}
      </Button>
      <span className="k-quiet k-num">
        {t("range", { from: (page - 1) * pageSize + 1, to: Math.min(page * pageSize, total), total })}
      </span>
      <Button small why={page * pageSize >= total ? t("last") : undefined} onClick={() => onPage(page + 1)}>
        {t("older")}
      </Button>
    </nav>
  );
}
