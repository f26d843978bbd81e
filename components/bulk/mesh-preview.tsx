"use client";

import { useTranslations } from "use-intl";
import type { BulkPreview } from "#lib/releases/bulk/schema";
import { State } from "../ui/state.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import classes from "./bulk.module.css";

/** What a switch of mesh mode comes to for each service, as each one's own preview says. */
export function MeshPreview({ items }: BulkPreview) {
  const t = useTranslations("control.bulk");
  const errorText = usePublicErrorText();
  return (
    <ul className={classes.previewed} aria-label={t("services")}>
      {items.map(({ appId, app, error, warnings, podsToRestart }) => (
        <li key={appId}>
          <span className="k-trunc">{app}</span>
          <State glyph={error ? "fail" : warnings.length > 0 ? "warn" : "ok"}>
            {error ? t("stays") : t("restarts", { count: podsToRestart })}
          </State>
          {[...(error ? [error] : []), ...warnings].map((each) => (
            <small key={each.message}>{errorText(each)}</small>
          ))}
        </li>
      ))}
    </ul>
  );
}
