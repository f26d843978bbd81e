"use client";

import { NativeSelect, TextInput } from "@mantine/core";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { isSameSet, type SpecConfig } from "#lib/apps/spec/config-schema";
import type { ConfigSetView } from "#lib/config/schema";
import { Rows } from "../fields/rows.tsx";
import { useProblemWords } from "../fields/use-problem-words.ts";
import { useServiceActions } from "../service/service-actions-context.tsx";
import type { SettingsEdit } from "../settings/use-settings.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";

type Props = { app: AppView; set: ConfigSetView; edit: SettingsEdit };
type Use = SettingsEdit["form"]["config"][number];

const USES = ["variables", "variable", "files"] as const satisfies SpecConfig["use"][];

/** How pods get a set: part of the service's settings, edited and released like all of them. */
export function ConfigUses({ app, set, edit }: Props) {
  const t = useTranslations("config.uses");
  const words = useProblemWords();
  const actions = useServiceActions();
  const { form, basis, problems } = edit;
  const own = form.config.filter((each) => isSameSet(each, set));
  const change = (uses: Use[]) =>
    edit.change({ ...form, config: [...form.config.filter((each) => !isSameSet(each, set)), ...uses] });
  const version = own[0]?.version ?? set.version;
  const common = { kind: set.kind, name: set.name, version };
  const changed = JSON.stringify(own) !== JSON.stringify(basis.settings.config.filter((each) => isSameSet(each, set)));
  const errorOf = (use: Use, field: string) => {
    const problem = problems[`config.${form.config.indexOf(use)}.${field}`];
    return problem && words(problem);
  };
  const whyNot = actions.whyNotRelease ?? (edit.settings ? undefined : t("problemsFirst"));
  const firstBuild = basis.release === null && app.lastBuild?.state !== "succeeded" ? t("noBuild") : undefined;
  return (
    <Panel
      title={t("title", { name: set.name })}
      actions={
        changed && (
          <Button small look="primary" why={whyNot ?? firstBuild} onClick={() => actions.open({ kind: "configure" })}>
            {t("release")}
          </Button>
        )
      }
      padded
    >
      {edit.theirs !== null && <Message state="warn">{t("conflict")}</Message>}
      <Rows
        label={t("title", { name: set.name })}
        none={t("none")}
        rows={own}
        onChange={change}
        blank={(): Use => ({ use: "variables", ...common, prefix: "" })}
        add={t("add")}
        remove={(_, index) => t("remove", { number: index + 1 })}
        readOnly={actions.whyNotRelease !== undefined}
      >
        {(use, index) => (
          <UseFields
            use={use}
            keys={set.keys}
            errorOf={(field) => errorOf(use, field)}
            onChange={(next) => change(own.map((each, i) => (i === index ? next : each)))}
          />
        )}
      </Rows>
    </Panel>
  );
}

type FieldsProps = {
  use: Use;
  keys: readonly string[];
  errorOf: (field: string) => string | undefined;
  onChange: (use: Use) => void;
};

function UseFields({ use, keys, errorOf, onChange }: FieldsProps) {
  const t = useTranslations("config.uses");
  const { kind, name, version } = use;
  const common = { kind, name, version };
  const to = (next: string): Use => {
    switch (USES.find((each) => each === next)) {
      case "variable":
        return { use: "variable", ...common, key: keys[0] ?? "", variable: keys[0] ?? "" };
      case "files":
        return { use: "files", ...common, mountPath: `/etc/${name}`, key: null };
      default:
        return { use: "variables", ...common, prefix: "" };
    }
  };
  return (
    <>
      <NativeSelect
        aria-label={t("use")}
        value={use.use}
        data={USES.map((value) => ({ value, label: t(`as.${value}`) }))}
        onChange={(event) => onChange(to(event.currentTarget.value))}
        error={errorOf("use") ?? errorOf("version")}
      />
      {use.use !== "variables" && (
        <NativeSelect
          aria-label={t("key")}
          value={use.key ?? ""}
          data={[...(use.use === "files" ? [{ value: "", label: t("allKeys") }] : []), ...keys]}
          onChange={(event) => {
            const key = event.currentTarget.value;
            onChange(use.use === "files" ? { ...use, key: key === "" ? null : key } : { ...use, key });
          }}
          error={errorOf("key")}
        />
      )}
      {use.use === "variables" && (
        <TextInput
          aria-label={t("prefix")}
          placeholder={t("prefix")}
          value={use.prefix}
          onChange={(event) => onChange({ ...use, prefix: event.currentTarget.value })}
          error={errorOf("prefix")}
          spellCheck={false}
        />
      )}
      {use.use === "variable" && (
        <TextInput
          aria-label={t("variable")}
          placeholder={t("variable")}
          value={use.variable}
          onChange={(event) => onChange({ ...use, variable: event.currentTarget.value })}
          error={errorOf("variable")}
          spellCheck={false}
        />
      )}
      {use.use === "files" && (
        <TextInput
          aria-label={use.key === null ? t("directory") : t("path")}
          placeholder={use.key === null ? t("directory") : t("path")}
          value={use.mountPath}
          onChange={(event) => onChange({ ...use, mountPath: event.currentTarget.value })}
          error={errorOf("mountPath")}
          spellCheck={false}
        />
      )}
    </>
  );
}
