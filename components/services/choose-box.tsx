"use client";

import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppRow } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { useAllows } from "../shell/selection.tsx";
import classes from "./services.module.css";

type Props = {
  app: AppRow;
  place: AppEnvironmentView | undefined;
  environment: EnvironmentView | null;
  chosen: boolean;
  onChoose: (on: boolean) => void;
};

/** Takes a service into the selection, where it runs and one may change it; else says why not. */
export function ChooseBox({ app, place, environment, chosen, onChoose }: Props) {
  const t = useTranslations("control.bulk");
  const allows = useAllows();
  const needed = environment?.purpose === "prod" ? "release.create.prod" : "release.create";
  const where = { environment: environment?.name ?? "" };
  const why = !allows(needed, app.teamId)
    ? t("mayNot", where)
    : place?.currentRelease == null
      ? t("notThere", where)
      : undefined;
  return (
    <input
      type="checkbox"
      className={classes.choose}
      checked={chosen && why === undefined}
      disabled={why !== undefined}
      title={why}
      aria-label={t("choose", { app: app.name })}
      onChange={(event) => onChoose(event.currentTarget.checked)}
    />
  );
}
