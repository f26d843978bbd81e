"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppRow } from "#lib/apps/schema";
import { Badge } from "../ui/badge.tsx";
import { LanguageChip } from "../ui/language-chip.tsx";
import { isBuilding } from "./row-state.ts";
import classes from "./services.module.css";

/** Language, name, the people's own name for it, and its newest build while that goes on or has failed. */
export function ServiceName({ app }: { app: AppRow }) {
  const t = useTranslations("services");
  // What runs nowhere yet says so in its state.
  const lastBuild = app.environments.some(({ health }) => health !== "absent") ? app.lastBuild : null;
  return (
    <span className={classes.name}>
      <LanguageChip language={app.language} />
      <Link href={`/services/${app.name}`} className="k-trunc" title={app.name}>
        {app.name}
      </Link>
      {app.displayName && <span className={classes.displayName}>{app.displayName}</span>}
      {lastBuild && isBuilding(lastBuild) && (
        <Badge tone="working">{t("building", { number: lastBuild.number })}</Badge>
      )}
      {lastBuild?.state === "failed" && <Badge tone="fail">{t("buildFailed", { number: lastBuild.number })}</Badge>}
    </span>
  );
}
