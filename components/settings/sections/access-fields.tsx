"use client";

import { Switch } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Note } from "../../ui/note.tsx";
import { SwitchField } from "../fields/switch-field.tsx";
import { WordsField } from "../fields/words-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";

/** Who may call it: by name, and whether connections without an identity are taken at all. */
export function AccessFields() {
  const t = useTranslations("settings.access");
  const { form, change, readOnly, errorAt } = useFields();
  const { callers, mtls } = form.access ?? { callers: null, mtls: "permissive" as const };
  const set = (next: NonNullable<typeof form.access>) =>
    change({ ...form, access: next.callers === null && next.mtls === "permissive" ? null : next });
  const isMeshed = form.meshMode === "mesh";
  const isFixed = (on: boolean) => readOnly || (!isMeshed && !on);
  const wrong = ["access.callers", "access.mtls"].map((at) => errorAt(at)).find((error) => error !== undefined);
  return (
    <div className={classes.group} data-field="access">
      {!isMeshed && <Note state="unknown">{t("meshOnly")}</Note>}
      <Switch
        label={t("limited")}
        description={t("limitedHint")}
        checked={callers !== null}
        disabled={isFixed(callers !== null)}
        onChange={(event) =>
          set({
            mtls,
            callers: event.currentTarget.checked
              ? { services: [], gateway: form.exposure?.gatewayClass === "istio", namespaces: [] }
              : null,
          })
        }
      />
      {callers !== null && (
        <>
          <div className={classes.grid}>
            <WordsField at="access.callers.services" name="callingServices" placeholder="payments shop" />
            <WordsField at="access.callers.namespaces" name="callingNamespaces" placeholder="kepler-test" />
          </div>
          <SwitchField at="access.callers.gateway" name="callingGateway" />
        </>
      )}
      <Switch
        label={t("strict")}
        description={t("strictHint")}
        checked={mtls === "strict"}
        disabled={isFixed(mtls === "strict")}
        onChange={(event) => set({ callers, mtls: event.currentTarget.checked ? "strict" : "permissive" })}
      />
      {wrong !== undefined && <Note state="fail">{wrong}</Note>}
    </div>
  );
}
