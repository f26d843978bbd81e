"use client";

import { useTranslations } from "use-intl";
import { HEADER_ACTIONS, HEADER_SIDES } from "#lib/apps/spec/header-schema";
import { Rows } from "../../fields/rows.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import type { SettingsForm } from "../typed-settings.ts";

type Typed = NonNullable<NonNullable<SettingsForm["exposure"]>["routes"][number]["traffic"]>["headerEdits"];
type Props = { row: number; edits: Typed; set: (edits: Typed) => void };

/** What the gateway writes into the headers of requests, before the service sees them, and of its answers. */
export function HeaderEditFields({ row, edits, set }: Props) {
  const t = useTranslations("settings.traffic");
  const { readOnly, errorAt } = useFields();
  const at = `exposure.routes.${row}.traffic.headerEdits` as const;
  return (
    <Rows
      title={t("headerEdits")}
      error={errorAt(at)}
      rows={edits}
      onChange={set}
      blank={() => ({ side: "request" as const, action: "set" as const, name: "", value: "" })}
      add={t("addEdit")}
      remove={({ name }) => t("removeEdit", { name })}
      readOnly={readOnly}
      labelled
    >
      {({ action }, edit, replace) => (
        <>
          <ChoiceField
            at={`${at}.${edit}.side`}
            row={edit}
            options={HEADER_SIDES.map((value) => ({ value, label: t(`side.${value}`) }))}
          />
          <ChoiceField
            at={`${at}.${edit}.action`}
            row={edit}
            options={HEADER_ACTIONS.map((value) => ({ value, label: t(`action.${value}`) }))}
            onChoose={(chosen) => {
              const next = HEADER_ACTIONS.find((each) => each === chosen) ?? action;
              replace(next === "remove" ? { action: next, value: "" } : { action: next });
            }}
          />
          <TextField at={`${at}.${edit}.name`} name="headerName" row={edit} placeholder="x-team" />
          {action !== "remove" && <TextField at={`${at}.${edit}.value`} row={edit} placeholder="shop" />}
        </>
      )}
    </Rows>
  );
}
