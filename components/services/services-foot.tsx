"use client";

import { useTranslations } from "use-intl";
import type { AppRow, ListAppsResult } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { PublicError } from "#lib/platform/errors";
import { Button } from "../ui/button.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import classes from "./services.module.css";

type Props = {
  result: ListAppsResult;
  rows: AppRow[];
  environment: EnvironmentView | null;
  /** Why nobody can say how much the services use. */
  unmeasured: PublicError | null;
  onPage: (page: number) => void;
};

/** Which rows these are, the way to the others, and how old the picture is. */
export function ServicesFoot({ result: { page, pageSize, total }, rows, environment, unmeasured, onPage }: Props) {
  const t = useTranslations("services.foot");
  const errorText = usePublicErrorText();
  const from = (page - 1) * pageSize + 1;
  const seenAt = rows
    .flatMap(({ environments }) => environments.filter(({ environmentId }) => environmentId === environment?.id))
    .map((place) => place.seenAt)
    .filter((at) => at !== null)
    .sort()
    .at(-1);
  return (
    <footer className={classes.foot}>
      <span className="k-num">{t("rows", { from, to: from + rows.length - 1, total })}</span>
      {total > pageSize && (
        <>
          <Button look="plain" small {...(page > 1 ? { onClick: () => onPage(page - 1) } : { why: t("first") })}>
            {t("previous")}
          </Button>
          <Button
            look="plain"
            small
            {...(from + rows.length <= total ? { onClick: () => onPage(page + 1) } : { why: t("last") })}
          >
            {t("next")}
          </Button>
        </>
      )}
      <span className={classes.space} />
      {unmeasured && <span className="k-trunc">{t("unmeasured", { problem: errorText(unmeasured) })}</span>}
      {seenAt && <span>{t.rich("seen", { ago: () => <RelativeTime at={seenAt} /> })}</span>}
    </footer>
  );
}
