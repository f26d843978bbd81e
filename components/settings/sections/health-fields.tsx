"use client";

import { Switch } from "@mantine/core";
import { useTranslations } from "use-intl";
import { NumberField } from "../fields/number-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";

/** When a pod may take traffic. */
export function HealthFields() {
  const t = useTranslations("settings.health");
  const { form, change, readOnly } = useFields();
  const port = form.ports[0]?.port ?? "";
  const fresh = { path: "/", port, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 };
  return (
    <>
      <Switch
        label={t("readiness")}
        checked={form.readinessProbe !== null}
        disabled={readOnly}
        onChange={(event) => change({ ...form, readinessProbe: event.currentTarget.checked ? fresh : null })}
      />
      {form.readinessProbe !== null && (
        <div className={classes.grid}>
          <TextField at="readinessProbe.path" />
          <NumberField at="readinessProbe.port" unit="" />
          <NumberField at="readinessProbe.periodSeconds" unit="s" />
          <NumberField at="readinessProbe.timeoutSeconds" unit="s" />
          <NumberField at="readinessProbe.failureThreshold" unit="" />
        </div>
      )}
    </>
  );
}
