"use client";

import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { type SizeWords, useSizeWords } from "../fields/use-size-words.ts";
import type { WizardForm } from "./wizard-form.ts";

const MEBIBYTE = 1024 ** 2;

/** What one pod of the form gets and what all of its replicas do, in words; null while a figure is missing. */
export function useFormSize(form: WizardForm): { one: SizeWords | null; total: SizeWords | null } {
  const { of } = useSizeWords();
  const limits = limitsOf(form);
  const times = (count: number) =>
    limits && of({ cpuLimitMillis: limits.cpuLimitMillis * count, memoryLimitBytes: limits.memoryLimitBytes * count });
  return { one: times(1), total: form.replicas === "" ? null : times(form.replicas) };
}

export function limitsOf(form: WizardForm): { cpuLimitMillis: number; memoryLimitBytes: number } | null {
  if (form.size !== "free") return RESOURCE_PRESETS[form.size];
  if (form.cpuCores === "" || form.memoryMib === "") return null;
  return { cpuLimitMillis: form.cpuCores * 1000, memoryLimitBytes: form.memoryMib * MEBIBYTE };
}
