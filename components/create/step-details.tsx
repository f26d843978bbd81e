"use client";

import { NumberInput, Switch, TextInput } from "@mantine/core";
import { useTranslations } from "use-intl";
import { ChoiceCards } from "#components/ui/choice-cards";
import { Note } from "#components/ui/note";
import type { DockerfileCheck } from "#lib/apps/schema";
import { DockerfileField } from "./dockerfile-field.tsx";
import { FormSection } from "./form-section.tsx";
import { MoreFields } from "./more-fields.tsx";
import { SizeFields } from "./size-fields.tsx";
import { useErrorWords } from "./use-error-words.ts";
import classes from "./wizard.module.css";
import type { StepProps } from "./wizard-context.ts";

type Props = StepProps & { dockerfile: DockerfileCheck | undefined };

/** Step 2: how it is built, what it listens on, how large it is, and how it stands in the network. */
export function StepDetails({ dockerfile, ...step }: Props) {
  const t = useTranslations("create");
  const fields = useTranslations("fields");
  return (
    <>
      <FormSection
        title={t("build.title")}
        hint={
          step.form.ref && t("build.foundAt", { ref: step.form.ref.name, commit: step.form.ref.commitSha.slice(0, 7) })
        }
      >
        <DockerfileField {...step} />
      </FormSection>
      <FormSection title={t("listens.title")} hint={t("listens.hint")}>
        <ListensFields {...step} dockerfile={dockerfile} />
      </FormSection>
      <FormSection title={fields("size.title")}>
        <SizeFields {...step} />
      </FormSection>
      <FormSection title={t("network.title")} hint={t("network.hint")}>
        <NetworkFields {...step} />
      </FormSection>
      <FormSection title={t("more.title")} hint={t("more.hint")}>
        <MoreFields {...step} />
      </FormSection>
    </>
  );
}

function ListensFields({ form, change, errors, dockerfile }: Props) {
  const t = useTranslations("create.listens");
  const words = useErrorWords(errors);
  const exposed = dockerfile?.found ? dockerfile.exposedPorts : [];
  const differs = exposed.length > 0 && form.port !== "" && !exposed.includes(form.port);
  return (
    <div className={classes.fields}>
      <div className={classes.field}>
        <NumberInput
          label={t("port")}
          value={form.port}
          onChange={(value) => change({ port: typeof value === "number" ? value : "", portTyped: true })}
          placeholder={t("none")}
          min={1}
          max={65_535}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator={false}
          hideControls
          error={words("port")}
        />
        {differs && <Note state="warn">{t("expose", { port: String(exposed[0]), typed: String(form.port) })}</Note>}
      </div>
      <TextInput
        label={
          <>
            {t("ready")} <small>{t("every")}</small>
          </>
        }
        placeholder="/healthz"
        value={form.readinessPath}
        onChange={(event) => change({ readinessPath: event.currentTarget.value })}
        error={words("readinessPath")}
        description={t("readyHint")}
        inputWrapperOrder={["label", "input", "description", "error"]}
        spellCheck={false}
        classNames={{ input: classes.mono }}
      />
    </div>
  );
}

function NetworkFields({ form, change, environment }: StepProps) {
  const t = useTranslations("create.network");
  const noMesh = environment?.meshAvailable !== true;
  return (
    <>
      <ChoiceCards
        label={t("title")}
        value={form.meshMode}
        onChange={(meshMode) => change({ meshMode })}
        choices={[
          { value: "normal", title: t("normal"), hint: t("normalHint") },
          {
            value: "mesh",
            title: t("mesh"),
            hint: noMesh ? t("meshMissing", { environment: environment?.name ?? "" }) : t("meshHint"),
            disabled: noMesh,
          },
        ]}
      />
      <Switch
        label={t("exposed")}
        description={form.exposed ? t("exposedHint") : t("notExposedHint")}
        checked={form.exposed && form.port !== ""}
        disabled={form.port === ""}
        onChange={(event) => change({ exposed: event.currentTarget.checked })}
      />
    </>
  );
}
