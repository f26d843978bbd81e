"use client";

import { NativeSelect, Switch, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button";
import { Note } from "#components/ui/note";
import { type DockerfileCheck, proposeDockerfileResult } from "#lib/apps/schema";
import { sendJson } from "../shell/api.ts";
import { useErrorText } from "../shell/use-error-text.ts";
import { useDockerfileCheck } from "./use-checks.ts";
import { useErrorWords } from "./use-error-words.ts";
import classes from "./wizard.module.css";
import type { StepProps } from "./wizard-context.ts";

const LANGUAGE_BUILDS: Partial<Record<string, string>> = {
  go: "go build",
  java: "mvn package",
  nodejs: "npm ci",
  python: "pip install",
};

/** Where the Dockerfile is, whether it is there, and what is built before it. */
export function DockerfileField({ form, change, errors }: StepProps) {
  const t = useTranslations("create.build");
  const words = useErrorWords(errors);
  const check = useDockerfileCheck(form.project?.id, form.ref?.name, form.dockerfilePath);
  const languageBuild = LANGUAGE_BUILDS[form.language];
  return (
    <>
      <div className={classes.fields}>
        <div className={classes.field}>
          <TextInput
            label={t("dockerfile")}
            value={form.dockerfilePath}
            onChange={(event) => change({ dockerfilePath: event.currentTarget.value })}
            error={words("dockerfilePath")}
            spellCheck={false}
            classNames={{ input: classes.mono }}
          />
          {(errors.dockerfilePath ?? "path.missing") === "path.missing" && (
            <CheckNote form={form} change={change} check={check} />
          )}
        </div>
        <NativeSelect
          label={t("strategy")}
          value={form.buildStrategy}
          onChange={(event) =>
            change({ buildStrategy: event.currentTarget.value === "language" ? "language" : "dockerfile" })
          }
          data={[
            { value: "dockerfile", label: t("strategyDockerfile") },
            { value: "language", label: t("strategyLanguage"), disabled: languageBuild === undefined },
          ]}
          description={
            form.buildStrategy === "language" && languageBuild
              ? t("strategyLanguageHint", { command: languageBuild })
              : t("strategyDockerfileHint")
          }
          inputWrapperOrder={["label", "input", "description", "error"]}
        />
      </div>
      {form.ref?.kind === "branch" && (
        <Switch
          label={t("onPush", { ref: form.ref.name })}
          checked={form.buildOnPush}
          onChange={(event) => change({ buildOnPush: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

type Check = { isFetching: boolean; error: Error | null; data?: DockerfileCheck; refetch: () => unknown };

function CheckNote({ form, change, check }: Pick<StepProps, "form" | "change"> & { check: Check }) {
  const t = useTranslations("create.build");
  const errorText = useErrorText();
  const ref = form.ref?.name ?? "";
  if (form.ref === null) return null;
  if (check.isFetching) return <Note state="working">{t("looking", { path: form.dockerfilePath, ref })}</Note>;
  if (check.error) return <Note state="unknown">{errorText(check.error)}</Note>;
  if (check.data === undefined) return null;
  if (check.data.found) {
    return (
      <Note state="ok">
        {t("found", { stages: check.data.stages, base: check.data.baseImages.at(-1) ?? "scratch" })}
      </Note>
    );
  }
  return (
    <>
      <Note state="fail">{t("missing", { path: check.data.path, ref })}</Note>
      {check.data.elsewhere.map((path) => (
        <Button key={path} look="plain" small onClick={() => change({ dockerfilePath: path })}>
          {t("use", { path })}
        </Button>
      ))}
      <OfferTemplate form={form} onAgain={() => check.refetch()} />
    </>
  );
}

/** No Dockerfile: a template as a merge request, so that the team reviews what it will run. */
function OfferTemplate({ form, onAgain }: { form: StepProps["form"]; onAgain: () => void }) {
  const t = useTranslations("create");
  const errorText = useErrorText();
  const propose = useMutation({
    mutationFn: () =>
      sendJson(
        "POST",
        `/api/repositories/${form.project?.id}/dockerfile`,
        { ref: form.ref?.name, language: form.language, path: form.dockerfilePath },
        proposeDockerfileResult,
      ),
  });
  if (propose.data) {
    return (
      <Note state="ok">
        {t("build.offered")}{" "}
        <a href={propose.data.mergeRequestUrl} target="_blank" rel="noreferrer">
          {t("build.openMergeRequest")}
        </a>{" "}
        <Button look="plain" small onClick={onAgain}>
          {t("build.again")}
        </Button>
      </Note>
    );
  }
  return (
    <>
      <Button small busy={propose.isPending} onClick={() => propose.mutate()}>
        {t("build.offer", { language: t(`language.${form.language}`) })}
      </Button>
      {propose.error && <Note state="fail">{errorText(propose.error)}</Note>}
    </>
  );
}
