"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConfigVersionView } from "#lib/config/schema";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./config.module.css";
import { ConfigDiff } from "./config-diff.tsx";
import type { SetRef } from "./use-config.ts";

type Props = {
  app: string;
  environment: string;
  set: SetRef;
  version: ConfigVersionView;
  isNewest: boolean;
  isReleased: boolean;
  whyNotRelease: string | undefined;
  whyNotRestore: string | undefined;
  busy: boolean;
  onRelease: () => void;
  onRestore: () => void;
};

/** A version in one line: who, when and why; what it changed when it is opened. */
export function ConfigVersion({ app, environment, set, version, isNewest, isReleased, ...ways }: Props) {
  const t = useTranslations("config");
  const [open, setOpen] = useState(isNewest);
  const number = version.version;
  return (
    <li>
      <div className={classes.version}>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <b>v{number}</b>
        </button>
        <span className={classes.cut}>
          {version.savedBy ?? t("nobody")} <RelativeTime at={version.savedAt} />
          {version.restores !== null && <> · {t("restores", { version: version.restores })}</>}
          {version.reason !== null && <> · {version.reason}</>}
        </span>
        {isReleased && <Badge>{t("runs")}</Badge>}
        <span className={classes.ways}>
          {!isNewest && (
            <Button look="plain" small why={ways.whyNotRestore} busy={ways.busy} onClick={ways.onRestore}>
              {t("restore")}
            </Button>
          )}
          {!isReleased && (
            <Button small look={isNewest ? "primary" : "outline"} why={ways.whyNotRelease} onClick={ways.onRelease}>
              {t("release", { version: number })}
            </Button>
          )}
        </span>
      </div>
      {open && <ConfigDiff app={app} environment={environment} set={set} from={number - 1} to={number} />}
    </li>
  );
}
