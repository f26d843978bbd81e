"use client";

import { useTranslations } from "use-intl";
import { ChoiceField } from "../fields/choice-field.tsx";
import { NumberField } from "../fields/number-field.tsx";
import { useFields } from "../fields-context.ts";
import type { SettingsForm } from "../typed-settings.ts";
import { Rule } from "./rule.tsx";

type Typed = NonNullable<NonNullable<SettingsForm["exposure"]>["routes"][number]["traffic"]>["rateLimit"];
type Props = { row: number; limit: Typed; set: (limit: Typed) => void };

/** How many requests a route takes, and who counts them. */
export function RateLimitFields({ row, limit, set }: Props) {
  const t = useTranslations("settings.traffic");
  const { form } = useFields();
  const at = `exposure.routes.${row}.traffic.rateLimit` as const;
  return (
    <Rule
      at={at}
      name={t("rateLimit")}
      hint={limit === null ? undefined : t(`limitHint.${form.exposure?.gatewayClass ?? "istio"}`)}
      on={limit !== null}
      onSwitch={(on) => set(on ? { requests: 100, per: "second", burst: 200 } : null)}
    >
      <NumberField at={`${at}.requests`} name="limitRequests" unit="" />
      <ChoiceField
        at={`${at}.per`}
        options={(["second", "minute"] as const).map((value) => ({ value, label: t(`per.${value}`) }))}
      />
      <NumberField at={`${at}.burst`} unit="" />
    </Rule>
  );
}
