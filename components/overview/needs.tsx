"use client";

import { useTranslations } from "use-intl";
import type { NeedItem } from "#lib/reports/schema";
import { NeedRow } from "./need-row.tsx";
import classes from "./overview.module.css";

/** What waits for me; the first one's button is the page's primary action. */
export function Needs({ needs }: { needs: NeedItem[] }) {
  const t = useTranslations("overview.needs");
  return (
    <section>
      <div className={classes.head}>
        <h2>{t("title")}</h2>
        <span className="k-num">{needs.length}</span>
      </div>
      {needs.length === 0 ? (
        <p className={classes.calm}>{t("nothing")}</p>
      ) : (
        <ul className={classes.needs}>
          {needs.map((need, index) => (
            <NeedRow
              key={"id" in need ? need.id : `${need.kind}:${need.app}:${"environment" in need ? need.environment : ""}`}
              need={need}
              primary={index === 0}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
