"use client";

import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import { ForeignFieldWords } from "../releases/foreign-field.tsx";
import { decisionsFor } from "../releases/use-decisions.ts";
import { Button } from "../ui/button.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./service.module.css";
import { useServiceActions } from "./service-actions-context.tsx";
import { useDrift } from "./use-service.ts";

/** What somebody changed beside Kepler since the last release; nothing while nobody did. Both ways on are releases with a preview. */
export function DriftPanel({ app, place }: { app: AppView; place: AppEnvironmentView | undefined }) {
  const t = useTranslations("service.drift");
  const actions = useServiceActions();
  const { data } = useDrift(app, place);
  if (!data || data.release === null || data.fields.length + data.missing.length === 0) return null;
  const keep = decisionsFor(data.fields, "keep");
  const nothingToKeep = keep.keep?.length === 0 ? t("nothingToKeep") : undefined;
  return (
    <Panel
      title={t("title")}
      meta={t.rich("comparedWith", { number: data.release, ago: () => <RelativeTime at={data.checkedAt} /> })}
      actions={
        <>
          <Button
            small
            why={actions.whyNotRelease ?? nothingToKeep}
            onClick={() => actions.open({ kind: "drift", way: "keep", decisions: keep })}
          >
            {t("keep")}
          </Button>
          <Button
            small
            why={actions.whyNotRelease}
            onClick={() =>
              actions.open({ kind: "drift", way: "undo", decisions: decisionsFor(data.fields, "take-over") })
            }
          >
            {t("undo")}
          </Button>
        </>
      }
    >
      <ul className={classes.drift}>
        {data.fields.map((field) => (
          <li key={`${field.kind} ${field.name} ${field.field}`}>
            <ForeignFieldWords field={field} />
          </li>
        ))}
        {data.missing.map(({ kind, name }) => (
          <li key={`${kind} ${name}`}>
            {t.rich("missing", { kind: kind.slice(kind.lastIndexOf("/") + 1), name, b: (text) => <b>{text}</b> })}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
