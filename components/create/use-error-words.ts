"use client";

import { useTranslations } from "use-intl";
import type { WizardErrors, WizardField } from "./wizard-form.ts";

/** What is wrong with a field, in words: our own message keys first, what zod says otherwise by the kind of field. */
export function useErrorWords(errors: WizardErrors): (field: WizardField) => string | undefined {
  const t = useTranslations("fields.errors");
  return (field) => {
    const message = errors[field];
    if (message === undefined) return undefined;
    if (field === "project" || field === "ref") return t(`needed.${field}`);
    if (field === "teamId" || field === "environmentId") return t("required");
    if (field === "port" || field === "replicas" || field === "cpuCores" || field === "memoryMib") return t("number");
    const key = message as Parameters<typeof t.has>[0];
    return t.has(key) ? t(key) : t("other");
  };
}
