"use client";

import { NativeSelect, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Note } from "#components/ui/note";
import { LANGUAGES, type RefView, type RepositoryView } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { FormSection } from "./form-section.tsx";
import { LivePicker } from "./live-picker.tsx";
import { SearchNote } from "./search-note.tsx";
import { useNameCheck, useRefs, useRepositories } from "./use-checks.ts";
import { useErrorWords } from "./use-error-words.ts";
import classes from "./wizard.module.css";
import type { StepProps, WizardTeam } from "./wizard-context.ts";
import { nameFromRepository } from "./wizard-form.ts";

type Props = StepProps & { teams: WizardTeam[]; environments: EnvironmentView[] };

/** Step 1: who owns it, where its source is, and what it is called. */
export function StepBasics({ teams, environments, ...step }: Props) {
  const { form, change } = step;
  const t = useTranslations("create");
  return (
    <>
      <FormSection title={t("source.title")} hint={t("source.hint")}>
        <div className={classes.fields}>
          <RepositoryField {...step} />
          <RefField {...step} />
        </div>
      </FormSection>
      <FormSection title={t("identity.title")} hint={t("identity.hint")}>
        <NameFields {...step} />
      </FormSection>
      <FormSection title={t("owner.title")} hint={t("owner.hint")}>
        <div className={classes.fields}>
          <NativeSelect
            label={t("owner.team")}
            value={form.teamId}
            onChange={(event) => change({ teamId: event.currentTarget.value })}
            data={teams.map((team) => ({ value: team.id, label: team.name }))}
          />
          <NativeSelect
            label={t("owner.environment")}
            value={form.environmentId}
            onChange={(event) => change({ environmentId: event.currentTarget.value })}
            data={environments.map((environment) => ({ value: environment.id, label: environment.name }))}
          />
        </div>
      </FormSection>
      <FormSection title={t("language.title")} hint={t("language.hint")}>
        <NativeSelect
          label={t("language.label")}
          value={form.language}
          onChange={(event) => {
            const language = LANGUAGES.find((known) => known === event.currentTarget.value);
            if (language) change({ language, languageChosen: true });
          }}
          data={LANGUAGES.map((language) => ({ value: language, label: t(`language.${language}`) }))}
        />
      </FormSection>
    </>
  );
}

function RepositoryField({ form, change, errors }: StepProps) {
  const t = useTranslations("create.source");
  const words = useErrorWords(errors);
  const [query, setQuery] = useState("");
  const found = useRepositories(query);

  const pick = (row: RepositoryView) =>
    change({
      project: { id: row.id, path: row.path, webUrl: row.webUrl, defaultBranch: row.defaultBranch },
      ref: null,
      ...(form.nameTyped ? {} : { name: nameFromRepository(row.path) }),
    });

  return (
    <LivePicker<RepositoryView>
      label={t("project")}
      placeholder={t("projectSearch")}
      chosen={form.project?.path ?? ""}
      query={query}
      onQuery={setQuery}
      error={words("project")}
      mono
      groups={[
        {
          label: null,
          options: (found.data?.rows ?? []).map((row) => ({
            key: String(row.id),
            row,
            disabled: row.empty,
            label: (
              <>
                <code>{row.path}</code>
                <small>{row.empty ? t("empty") : row.archived ? t("archived") : row.defaultBranch}</small>
              </>
            ),
          })),
        },
      ]}
      onPick={pick}
      note={<SearchNote search={found} query={query} />}
    />
  );
}

function RefField({ form, change, errors }: StepProps) {
  const t = useTranslations("create.source");
  const words = useErrorWords(errors);
  const [query, setQuery] = useState("");
  const found = useRefs(form.project?.id, query);
  const rows = found.data?.rows ?? [];
  // A project brings its default branch, as cloning it would; another is one click away.
  const usual =
    form.ref === null
      ? rows.find(({ kind, name }) => kind === "branch" && name === form.project?.defaultBranch)
      : undefined;
  useEffect(() => {
    if (usual) change({ ref: { name: usual.name, kind: "branch", commitSha: usual.commitSha } });
  }, [usual, change]);
  const group = (kind: "branch" | "tag", label: string) => ({
    label,
    options: rows
      .filter((row) => row.kind === kind)
      .map((row) => ({
        key: `${kind}:${row.name}`,
        row,
        label: (
          <>
            <code>{row.name}</code>
            <small>{row.commitTitle}</small>
          </>
        ),
      })),
  });

  return (
    <LivePicker<RefView>
      label={t("ref")}
      placeholder={form.project ? t("refSearch") : t("pickProjectFirst")}
      chosen={form.ref?.name ?? ""}
      query={query}
      onQuery={setQuery}
      error={words("ref")}
      disabled={form.project === null}
      mono
      groups={[group("branch", t("branches")), group("tag", t("tags"))].filter(({ options }) => options.length > 0)}
      onPick={(row) => {
        if (row.kind !== "commit") change({ ref: { name: row.name, kind: row.kind, commitSha: row.commitSha } });
      }}
      note={<SearchNote search={found} query={query} />}
    />
  );
}

function NameFields({ form, change, errors }: StepProps) {
  const t = useTranslations("create.identity");
  const words = useErrorWords(errors);
  const check = useNameCheck(form.name);
  const error = words("name");
  return (
    <div className={classes.fields}>
      <div className={classes.field}>
        <TextInput
          label={t("name")}
          value={form.name}
          onChange={(event) => change({ name: event.currentTarget.value, nameTyped: event.currentTarget.value !== "" })}
          error={
            error ?? (check.data?.free === false ? t(check.data.reason === "name.kept" ? "kept" : "taken") : undefined)
          }
          autoComplete="off"
          spellCheck={false}
          maxLength={255}
        />
        {!error && form.name !== "" && check.isFetching && <Note state="working">{t("checking")}</Note>}
        {!error && !check.isFetching && check.data?.free && <Note state="ok">{t("free")}</Note>}
      </div>
      <TextInput
        label={
          <>
            {t("displayName")} <small>{t("optional")}</small>
          </>
        }
        value={form.displayName}
        onChange={(event) => change({ displayName: event.currentTarget.value })}
        maxLength={80}
      />
    </div>
  );
}
