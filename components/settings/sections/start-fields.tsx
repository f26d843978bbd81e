"use client";

import { useTranslations } from "use-intl";
import { EnvRows } from "../../fields/env-rows.tsx";
import { useProblemWords } from "../../fields/use-problem-words.ts";
import { TextsField } from "../fields/texts-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";

/** What the container starts with: command, arguments, environment. */
export function StartFields() {
  const t = useTranslations("settings.start");
  const { form, change, problems, readOnly } = useFields();
  const words = useProblemWords();
  return (
    <>
      <div className={classes.grid}>
        <TextsField at="command" none={t("imageCommand")} />
        <TextsField at="args" none={t("imageArgs")} />
      </div>
      <div>
        <h3 className={classes.subtitle}>{t("env")}</h3>
        <EnvRows
          rows={form.env}
          onChange={(env) => change({ ...form, env })}
          errorOf={(index, part) => {
            const problem = problems[`env.${index}.${part}`];
            return problem && words(problem);
          }}
          readOnly={readOnly}
        />
      </div>
    </>
  );
}
