"use client";

import { useTranslations } from "use-intl";
import { NumberField } from "../fields/number-field.tsx";
import { WordsField } from "../fields/words-field.tsx";
import type { SettingsForm } from "../typed-settings.ts";
import { Rule } from "./rule.tsx";

type Retries = NonNullable<SettingsForm["egress"]>["hosts"][number]["retries"];
type Props = {
  at: `exposure.routes.${number}.traffic.retries` | `egress.hosts.${number}.retries`;
  retries: Retries;
  set: (retries: Retries) => void;
};

/** When a call is sent again. */
export function RetriesRule({ at, retries, set }: Props) {
  const t = useTranslations("settings.traffic");
  return (
    <Rule
      at={at}
      name={t("retries")}
      on={retries !== null}
      onSwitch={(on) => set(on ? { attempts: 2, perTryTimeoutMs: null, on: ["5xx"] } : null)}
    >
      <NumberField at={`${at}.attempts`} unit="×" />
      <NumberField at={`${at}.perTryTimeoutMs`} unit="ms" optional />
      <WordsField at={`${at}.on`} name="retryOn" placeholder="5xx reset" />
    </Rule>
  );
}
