"use client";

import { Accordion, Textarea, TextInput } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button";
import { IconButton } from "#components/ui/icon-button";
import { Note } from "#components/ui/note";
import { useErrorWords } from "./use-error-words.ts";
import classes from "./wizard.module.css";
import type { StepProps } from "./wizard-context.ts";

/** What is sensible as it is, folded away: command, arguments and environment. */
export function MoreFields(step: StepProps) {
  const t = useTranslations("create.more");
  const { form, change, errors } = step;
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
          <EnvRows {...step} />
          {words("env") && <Note state="fail">{words("env")}</Note>}
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function EnvRows({ form, change }: StepProps) {
  const t = useTranslations("create.more");
  const replace = (index: number, part: Partial<StepProps["form"]["env"][number]>) =>
    change({ env: form.env.map((row, i) => (i === index ? { ...row, ...part } : row)) });
  return (
    <div className={classes.stack}>
      {form.env.map((row, index) => (
        // Rows have no identity of their own: they are edited and removed by place.
        <div key={`row-${index.toString()}`} className={classes.line}>
          <TextInput
            aria-label={t("envName")}
            placeholder={t("envName")}
            value={row.name}
            onChange={(event) => replace(index, { name: event.currentTarget.value })}
            spellCheck={false}
          />
          <TextInput
            aria-label={t("envValue")}
            placeholder={t("envValue")}
            value={row.value}
            onChange={(event) => replace(index, { value: event.currentTarget.value })}
            spellCheck={false}
            style={{ flex: 1 }}
          />
          <IconButton
            label={t("envRemove", { name: row.name })}
            onClick={() => change({ env: form.env.filter((_, i) => i !== index) })}
          >
            <X size={16} strokeWidth={1.5} />
          </IconButton>
        </div>
      ))}
      <div>
        <Button
          look="plain"
          small
          icon={<Plus size={14} strokeWidth={1.5} />}
          onClick={() => change({ env: [...form.env, { name: "", value: "" }] })}
        >
          {t("envAdd")}
        </Button>
      </div>
    </div>
  );
}
