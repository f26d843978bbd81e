"use client";

import { PanelLeft } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";
import { LogoMark } from "../ui/logo-mark.tsx";
import classes from "./rail.module.css";
import { isCurrent, RAIL_ITEMS } from "./rail-items.ts";

type Props = { collapsed: boolean; onCollapse?: () => void };

/** The left rail: quiet, the current page is the only weight in it. Without `onCollapse` it is the phone's menu. */
export function Rail({ collapsed, onCollapse }: Props) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  return (
    <nav className={classes.rail} data-collapsed={collapsed || undefined} aria-label={t("mainNavigation")}>
      <Link className={classes.brand} href="/" aria-label={t("brand")}>
        <LogoMark />
        <span>{t("brand")}</span>
      </Link>
      <div className={classes.items}>
        {RAIL_ITEMS.map(({ href, key, icon: Icon }) => (
          <Link
            key={href}
            href={href}
            title={collapsed ? t(`rail.${key}`) : undefined}
            aria-current={isCurrent(href, pathname) ? "page" : undefined}
          >
            <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
            <span>{t(`rail.${key}`)}</span>
          </Link>
        ))}
      </div>
      {onCollapse && (
        <button
          type="button"
          className={classes.foot}
          onClick={onCollapse}
          aria-expanded={!collapsed}
          aria-keyshortcuts="["
        >
          <PanelLeft size={16} strokeWidth={1.5} aria-hidden="true" />
          <span>{t(collapsed ? "expand" : "collapse")}</span>
          <kbd>[</kbd>
        </button>
      )}
    </nav>
  );
}
