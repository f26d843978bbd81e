"use client";

import { Switch } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { Note } from "../../ui/note.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";
import type { SettingsForm } from "../typed-settings.ts";
import { ExternalHostFields } from "./external-host-fields.tsx";

type Egress = NonNullable<SettingsForm["egress"]>;
const ANYTHING: Egress = { reach: "anything", hosts: [] };

/** Where it may call outside of the cluster: by name, and whether anywhere else. */
export function EgressFields() {
  const t = useTranslations("settings.egress");
  const { form, change, readOnly, errorAt } = useFields();
  const { reach, hosts } = form.egress ?? ANYTHING;
  const set = (next: Egress) =>
    change({ ...form, egress: next.reach === "anything" && next.hosts.length === 0 ? null : next });
  const isMeshed = form.meshMode === "mesh";
  const wrong = errorAt("egress");
  return (
    <div className={classes.group} data-field="egress">
      {!isMeshed && <Note state="unknown">{t("meshOnly")}</Note>}
      <Switch
        label={t("declaredOnly")}
        description={t("declaredOnlyHint")}
        checked={reach === "declared"}
        disabled={readOnly || (!isMeshed && reach === "anything")}
        onChange={(event) => set({ hosts, reach: event.currentTarget.checked ? "declared" : "anything" })}
      />
      <Rows
        title={t("hosts")}
        error={errorAt("egress.hosts")}
        none={reach === "declared" ? t("nowhere") : t("noHosts")}
        rows={hosts}
        onChange={(next) => set({ reach, hosts: next })}
        blank={() => ({
          ...{ name: "", addresses: [], timeoutMs: null, retries: null },
          ports: [{ port: 443, protocol: "tls" as const, targetPort: null, originateTls: false }],
        })}
        add={t("addHost")}
        remove={({ name }) => t("removeHost", { name })}
        readOnly={readOnly || (!isMeshed && hosts.length === 0)}
        labelled
      >
        {(_, row) => (
          <TextField at={`egress.hosts.${row}.name`} name="host" row={row} placeholder="api.bank.example" whole />
        )}
      </Rows>
      {hosts.map((host, row) => (
        // Hosts have no identity of their own while they are typed: what is said of them follows their place.
        <ExternalHostFields
          key={`host-${row.toString()}`}
          row={row}
          host={host}
          set={(next) => set({ reach, hosts: hosts.map((each, i) => (i === row ? next : each)) })}
        />
      ))}
      {wrong !== undefined && <Note state="fail">{wrong}</Note>}
    </div>
  );
}
