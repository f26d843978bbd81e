"use client";

import { SegmentedControl } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Rows } from "../fields/rows.tsx";
import { ChoiceField } from "./fields/choice-field.tsx";
import { NumberField } from "./fields/number-field.tsx";
import { TextField } from "./fields/text-field.tsx";
import { TextsField } from "./fields/texts-field.tsx";
import { useFields } from "./fields-context.ts";
import { PROBE_TYPES, type ProbeRole, probeOf } from "./probe-rules.ts";
import classes from "./settings.module.css";
import { useOptions } from "./use-options.ts";

/** One of the three questions: how it is asked, then how often and how patiently. */
export function ProbeFields({ role }: { role: ProbeRole }) {
  const t = useTranslations("settings.health");
  const options = useOptions();
  const { form, change, readOnly } = useFields();
  const probe = form[role];
  const choose = (value: string) => {
    const type = PROBE_TYPES.find((candidate) => candidate === value);
    if (type) change({ ...form, [role]: probeOf(type, probe, form.ports) });
  };
  return (
    <div className={classes.group} data-field={role}>
      <div className={classes.groupHead}>
        <span>
          <b>{t(role)}</b> <small>{t(`${role}Hint`)}</small>
        </span>
        <SegmentedControl
          aria-label={t(role)}
          value={probe?.type ?? "none"}
          onChange={choose}
          data={options(...PROBE_TYPES)}
          readOnly={readOnly}
        />
      </div>
      {probe !== null && (
        <>
          <Question role={role} />
          <div className={classes.grid}>
            <NumberField at={`${role}.initialDelaySeconds`} unit="s" />
            <NumberField at={`${role}.periodSeconds`} unit="s" />
            <NumberField at={`${role}.timeoutSeconds`} unit="s" />
            <NumberField at={`${role}.failureThreshold`} unit="×" />
            {role === "readinessProbe" && <NumberField at={`${role}.successThreshold`} unit="×" />}
          </div>
        </>
      )}
    </div>
  );
}

/** What the kind of probe asks. */
function Question({ role }: { role: ProbeRole }) {
  const t = useTranslations("settings.health");
  const options = useOptions();
  const { form, change, readOnly } = useFields();
  const probe = form[role];
  switch (probe?.type) {
    case undefined:
      return null;
    case "tcp":
      return (
        <div className={classes.grid}>
          <NumberField at={`${role}.port`} unit="" />
        </div>
      );
    case "grpc":
      return (
        <div className={classes.grid}>
          <NumberField at={`${role}.port`} unit="" />
          <TextField at={`${role}.service`} />
        </div>
      );
    case "exec":
      return <TextsField at={`${role}.command`} name="probeCommand" />;
    case "http":
      return (
        <>
          <div className={classes.grid}>
            <TextField at={`${role}.path`} placeholder="/healthz" />
            <NumberField at={`${role}.port`} unit="" />
            <ChoiceField at={`${role}.scheme`} options={options("HTTP", "HTTPS")} />
          </div>
          <Rows
            title={t("headers")}
            rows={probe.headers}
            onChange={(headers) => change({ ...form, [role]: { ...probe, headers } })}
            blank={() => ({ name: "", value: "" })}
            add={t("addHeader")}
            remove={({ name }) => t("removeHeader", { name })}
            readOnly={readOnly}
            labelled
          >
            {(_, row) => (
              <>
                <TextField at={`${role}.headers.${row}.name`} row={row} />
                <TextField at={`${role}.headers.${row}.value`} row={row} />
              </>
            )}
          </Rows>
        </>
      );
  }
}
