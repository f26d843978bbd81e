"use client";

import { Accordion, Textarea } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Note } from "#components/ui/note";
import { EnvRows } from "../fields/env-rows.tsx";
import { useErrorWords } from "./use-error-words.ts";
import classes from "./wizard.module.css";
import type { StepProps } from "./wizard-context.ts";

/** What is sensible as it is, folded away: command, arguments and environment. */
export function MoreFields({ form, change, errors }: StepProps) {
  const t = useTranslations("create.more");
  const words = useErrorWords(errors);
  return (
    <Accordion>
      <Accordion.Item value="command">
        <Accordion.Control>
          {t("command")}{" "}
          <small>
            {form.command === "" && form.args === "" ? t("commandDefault") : `${form.command} ${form.args}`}
          </small>
        </Accordion.Control>
        <Accordion.Panel>
          <div className={classes.fields}>
            <Textarea
              label={t("commandLabel")}
              value={form.command}
              onChange={(event) => change({ command: event.currentTarget.value })}
              error={words("command")}
              autosize
              minRows={2}
              maxRows={8}
            />
            <Textarea
              label={t("argsLabel")}
              value={form.args}
              onChange={(event) => change({ args: event.currentTarget.value })}
              error={words("args")}
              autosize
              minRows={2}
              maxRows={8}
            />
          </div>
        </Accordion.Panel>
      </Accordion.Item>
      <Accordion.Item value="env">
        <Accordion.Control>
          {t("env")} <small>{t("envDefault", { count: form.env.length })}</small>
        </Accordion.Control>
        <Accordion.Panel>
          <EnvRows rows={form.env} onChange={(env) => change({ env })} />
          {words("env") && <Note state="fail">{words("env")}</Note>}
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
