"use client";

import { useTranslations } from "use-intl";
import { EXTERNAL_PROTOCOLS } from "#lib/apps/spec/egress-schema";
import { Rows } from "../../fields/rows.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { SwitchField } from "../fields/switch-field.tsx";
import { WordsField } from "../fields/words-field.tsx";
import { useFields } from "../fields-context.ts";
import classes from "../settings.module.css";
import type { SettingsForm } from "../typed-settings.ts";
import { RetriesRule } from "./retries-rule.tsx";

type Host = NonNullable<SettingsForm["egress"]>["hosts"][number];

/** The ports of a host outside, and how it is called. */
export function ExternalHostFields({ row, host, set }: { row: number; host: Host; set: (host: Host) => void }) {
  const t = useTranslations("settings.egress");
  const { readOnly, errorAt } = useFields();
  const at = `egress.hosts.${row}` as const;
  const isTimed =
    host.ports.some(({ protocol }) => protocol === "http") || host.timeoutMs !== null || host.retries !== null;
  return (
    <div className={classes.group}>
      <Rows
        title={t("ports", { host: host.name || "–" })}
        error={errorAt(`${at}.ports`)}
        rows={host.ports}
        onChange={(ports) => set({ ...host, ports })}
        blank={() => ({ port: "", protocol: "tls" as const, targetPort: null, originateTls: false })}
        add={t("addPort")}
        remove={({ port }) => t("removePort", { port: String(port) })}
        readOnly={readOnly}
        labelled
      >
        {({ protocol, originateTls }, port, replace) => (
          <>
            <NumberField at={`${at}.ports.${port}.port`} row={port} unit="" />
            <ChoiceField
              at={`${at}.ports.${port}.protocol`}
              row={port}
              options={EXTERNAL_PROTOCOLS.map((value) => ({ value, label: t(`protocol.${value}`) }))}
              onChoose={(chosen) => {
                const next = EXTERNAL_PROTOCOLS.find((each) => each === chosen) ?? protocol;
                replace({ protocol: next, ...(next !== "http" && { originateTls: false }) });
              }}
            />
            <NumberField at={`${at}.ports.${port}.targetPort`} row={port} unit="" optional />
            {(protocol === "http" || originateTls) && (
              <SwitchField at={`${at}.ports.${port}.originateTls`} row={port} />
            )}
          </>
        )}
      </Rows>
      <div className={classes.grid}>
        <WordsField at={`${at}.addresses`} placeholder="192.0.2.7" />
        {isTimed && <NumberField at={`${at}.timeoutMs`} unit="ms" optional />}
      </div>
      {isTimed && (
        <RetriesRule at={`${at}.retries`} retries={host.retries} set={(retries) => set({ ...host, retries })} />
      )}
    </div>
  );
}
