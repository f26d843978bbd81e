"use client";

import { Radio } from "@mantine/core";
import { useTranslations } from "use-intl";
import type { FieldConflict } from "#lib/releases/drift/schema";
import { Button } from "../ui/button.tsx";
import { ForeignFieldWords } from "./foreign-field.tsx";
import classes from "./releases.module.css";
import type { Decide } from "./use-decisions.ts";

/** What others changed and the release would overwrite: for each, keep it or take the field over. Nothing is chosen for anybody. */
export function FieldConflicts({ conflicts, decide }: { conflicts: FieldConflict[]; decide: Decide }) {
  const t = useTranslations("releases.foreign");
  if (conflicts.length === 0) return null;
  const keepable = conflicts.filter(({ whyNotKeep }) => whyNotKeep === null);
  return (
    <section className={classes.part}>
      <h3>{t("title")}</h3>
      <ul className={classes.conflicts}>
        {conflicts.map((conflict) => (
          <li key={`${conflict.kind} ${conflict.name} ${conflict.field}`}>
            <ForeignFieldWords field={conflict} />
            <Choice conflict={conflict} decide={decide} />
          </li>
        ))}
      </ul>
      {conflicts.length > 1 && (
        <div className={classes.conflictsAll}>
          <Button
            small
            why={keepable.length === 0 ? t("whyNotKeep.not-expressed") : undefined}
            onClick={() => decide(keepable, "keep")}
          >
            {t("keepAll")}
          </Button>
          <Button small onClick={() => decide(conflicts, "take-over")}>
            {t("takeOverAll")}
          </Button>
        </div>
      )}
    </section>
  );
}

function Choice({ conflict, decide }: { conflict: FieldConflict; decide: Decide }) {
  const t = useTranslations("releases.foreign");
  const { decision, whyNotKeep, field } = conflict;
  return (
    <Radio.Group
      aria-label={t("choice", { field })}
      value={decision === "open" ? null : decision}
      onChange={(chosen) => decide([conflict], chosen === "keep" ? "keep" : "take-over")}
    >
      <div className={classes.choice}>
        <Radio size="xs" value="keep" label={t("keep")} disabled={whyNotKeep !== null} />
        <Radio size="xs" value="take-over" label={t("takeOver")} />
      </div>
      {whyNotKeep !== null && <small className="k-quiet">{t(`whyNotKeep.${whyNotKeep}`)}</small>}
    </Radio.Group>
  );
}
