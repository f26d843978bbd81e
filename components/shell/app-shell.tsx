"use client";

import { useHotkeys } from "@mantine/hooks";
import { usePathname } from "next/navigation";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import classes from "./app-shell.module.css";
import { RAIL_COOKIE } from "./cookies.ts";
import { EventStream } from "./event-stream.tsx";
import { PhoneMenu } from "./phone-menu.tsx";
import { Rail } from "./rail.tsx";
import { setCookie } from "./set-cookie.ts";
import { TopBar } from "./top-bar.tsx";

type Props = {
  collapsed: boolean;
  /** The newest event when this was asked for. */
  lastEventId: string;
  children: ReactNode;
};

/** The frame of every page: rail, top bar, and the page that scrolls. */
export function AppShell({ collapsed: first, lastEventId, children }: Props) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  const [collapsed, setCollapsed] = useState(first);
  // The menu belongs to the page on which it was opened: following one of its links closes it.
  const [menuOn, setMenuOn] = useState<string | null>(null);
  const toggle = () => {
    setCollapsed(!collapsed);
    setCookie(RAIL_COOKIE, collapsed ? "open" : "collapsed");
  };
  useHotkeys([["[", toggle]]);
  return (
    <EventStream after={lastEventId}>
      <a className={classes.skip} href="#page">
        {t("skip")}
      </a>
      <div className={classes.app}>
        <div className={classes.rail}>
          <Rail collapsed={collapsed} onCollapse={toggle} />
        </div>
        <div className={classes.main}>
          <TopBar onMenu={() => setMenuOn(pathname)} />
          <main id="page" className={classes.page} tabIndex={-1}>
            {children}
          </main>
        </div>
      </div>
      <div id="floats" role="region" aria-label={t("floats")} />
      <PhoneMenu opened={menuOn === pathname} onClose={() => setMenuOn(null)} />
    </EventStream>
  );
}
