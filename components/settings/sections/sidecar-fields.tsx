"use client";

import { Switch } from "@mantine/core";
import { useTranslations } from "use-intl";
import { PLAIN_SIDECAR } from "#lib/apps/spec/sidecar-schema";
import { Note } from "../../ui/note.tsx";
import { QuantityField } from "../fields/quantity-field.tsx";
import { SwitchField } from "../fields/switch-field.tsx";
import { WordsField } from "../fields/words-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";

/** The least that Istio's own profile gives a proxy, and room for a burst. */
const PROXY_SIZE = {
  ...{ cpuRequestMillis: 100, cpuLimitMillis: 500 },
  ...{ memoryRequestBytes: 128 * 1024 ** 2, memoryLimitBytes: 256 * 1024 ** 2 },
};

/** What is said of the proxy in the service's pods; nothing until somebody wants it. */
export function SidecarFields() {
  const t = useTranslations("settings.sidecar");
  const { form, change, readOnly, errorAt } = useFields();
  const { sidecar } = form;
  if (form.meshMode !== "mesh" && sidecar === undefined) return null;
  const wrong = errorAt("sidecar");
  return (
    <div className={classes.group} data-field="sidecar">
      <Switch
        label={t("own")}
        description={form.meshMode === "mesh" ? t("ownHint") : t("rests")}
        checked={sidecar !== undefined}
        disabled={readOnly}
        onChange={(event) =>
          change({ ...form, sidecar: event.currentTarget.checked ? structuredClone(PLAIN_SIDECAR) : undefined })
        }
      />
      {sidecar !== undefined && (
        <>
          {wrong !== undefined && <Note state="fail">{wrong}</Note>}
          <SwitchField at="sidecar.holdApplication" />
          <div className={classes.grid}>
            <WordsField at="sidecar.excludeInboundPorts" placeholder="9090" numbers />
            <WordsField at="sidecar.excludeOutboundPorts" placeholder="5432 6379" numbers />
            <WordsField at="sidecar.excludeOutboundRanges" placeholder="10.8.0.0/16" />
          </div>
          <Switch
            label={t("sized")}
            checked={sidecar.resources !== null}
            disabled={readOnly}
            onChange={(event) =>
              change({
                ...form,
                sidecar: { ...sidecar, resources: event.currentTarget.checked ? { ...PROXY_SIZE } : null },
              })
            }
          />
          {sidecar.resources !== null && (
            <div className={classes.grid}>
              <QuantityField at="sidecar.resources.cpuRequestMillis" kind="cpu" />
              <QuantityField at="sidecar.resources.cpuLimitMillis" kind="cpu" />
              <QuantityField at="sidecar.resources.memoryRequestBytes" kind="bytes" />
              <QuantityField at="sidecar.resources.memoryLimitBytes" kind="bytes" />
            </div>
          )}
        </>
      )}
    </div>
  );
}
