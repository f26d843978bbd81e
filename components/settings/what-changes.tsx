"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";
import type { SpecChange } from "#lib/releases/drift/schema";
import type { SettingsView } from "#lib/releases/settings/schema";
import { ChangeWords } from "../releases/change-words.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./settings.module.css";

type Props = { changes: SpecChange[]; release: SettingsView["release"]; nothing: string };

/** What was edited so far, before and after, and what that stands on. */
export function WhatChanges({ changes, release, nothing }: Props) {
  const t = useTranslations("settings.changes");
  const service = usePathname().replace(/\/settings$/, "");
  return (
    <aside className={classes.aside} aria-label={t("title")}>
      <h2>{t("title")}</h2>
      {changes.length === 0 ? <p className="k-quiet">{nothing}</p> : <ChangeWords changes={changes} />}
      {release && (
        <p className="k-small k-quiet">
          {t.rich("basis", {
            name: release.requestedBy ?? t("system"),
            ago: () => <RelativeTime at={release.requestedAt} />,
            release: () => (
              <Link className="k-link" href={`${service}/releases`}>
                #{release.number}
              </Link>
            ),
          })}
        </p>
      )}
    </aside>
  );
}
