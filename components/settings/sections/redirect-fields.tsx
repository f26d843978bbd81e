"use client";

import { useTranslations } from "use-intl";
import { isToScheme, REDIRECT_STATUSES, type RouteRedirect } from "#lib/apps/spec/redirect-schema";
import { ChoiceField } from "../fields/choice-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import type { SettingsForm } from "../typed-settings.ts";
import { Rule } from "./rule.tsx";

type Typed = NonNullable<NonNullable<SettingsForm["exposure"]>["routes"][number]["traffic"]>["redirect"];
type Props = { row: number; redirect: Typed; set: (redirect: Typed) => void };

const BEGIN: RouteRedirect = { scheme: "https", host: null, path: null, status: 301 };

/** Where visitors are sent instead of to the service. */
export function RedirectFields({ row, redirect, set }: Props) {
  const t = useTranslations("settings.traffic");
  const at = `exposure.routes.${row}.traffic.redirect` as const;
  const hint = redirect === null ? undefined : isToScheme(redirect) ? t("toSchemeHint") : t("redirectHint");
  return (
    <Rule
      at={at}
      name={t("redirect")}
      hint={hint}
      on={redirect !== null}
      onSwitch={(on) => set(on ? { ...BEGIN } : null)}
    >
      {redirect && (
        <>
          <ChoiceField
            at={`${at}.scheme`}
            name="redirectScheme"
            options={[
              { value: "", label: t("asAsked") },
              ...["https", "http"].map((value) => ({ value, label: value })),
            ]}
            onChoose={(value) => set({ ...redirect, scheme: value === "http" || value === "https" ? value : null })}
          />
          <TextField at={`${at}.host`} name="redirectHost" placeholder="shop.example.com" optional />
          <TextField at={`${at}.path`} name="redirectPath" placeholder="/new" optional />
          <ChoiceField
            at={`${at}.status`}
            options={REDIRECT_STATUSES.map((status) => ({ value: String(status), label: t(`status.${status}`) }))}
            onChoose={(value) =>
              set({ ...redirect, status: REDIRECT_STATUSES.find((status) => String(status) === value) ?? BEGIN.status })
            }
          />
        </>
      )}
    </Rule>
  );
}
