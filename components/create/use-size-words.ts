"use client";

import { useFormatter } from "use-intl";
import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import type { WizardForm } from "./wizard-form.ts";

type Figures = { cpu: string; memory: string };
const MEBIBYTE = 1024 ** 2;

/** Sizes as people read them: cores with at most three digits, memory in Mi or Gi. */
export function useSizeWords() {
  const format = useFormatter();
  const cores = (millis: number) => format.number(millis / 1000, { maximumFractionDigits: 3 });
  const memory = (mebibytes: number) =>
    mebibytes >= 1024 && mebibytes % 256 === 0
      ? `${format.number(mebibytes / 1024, { maximumFractionDigits: 2 })} Gi`
      : `${format.number(mebibytes, { maximumFractionDigits: 0 })} Mi`;

  const figuresOf = (form: WizardForm): { cpuMillis: number; mebibytes: number } | null => {
    if (form.size !== "free") {
      const preset = RESOURCE_PRESETS[form.size];
      return { cpuMillis: preset.cpuLimitMillis, mebibytes: preset.memoryLimitBytes / MEBIBYTE };
    }
    if (form.cpuCores === "" || form.memoryMib === "") return null;
    return { cpuMillis: form.cpuCores * 1000, mebibytes: form.memoryMib };
  };

  const words = (cpuMillis: number, mebibytes: number): Figures => ({
    cpu: cores(cpuMillis),
    memory: memory(mebibytes),
  });

  return {
    of: (resources: { cpuLimitMillis: number; memoryLimitBytes: number }): Figures =>
      words(resources.cpuLimitMillis, resources.memoryLimitBytes / MEBIBYTE),
    /** What one pod of the form gets. */
    one: (form: WizardForm): Figures | null => {
      const figures = figuresOf(form);
      return figures && words(figures.cpuMillis, figures.mebibytes);
    },
    /** What all replicas of the form get. */
    total: (form: WizardForm): Figures | null => {
      const figures = figuresOf(form);
      return figures && form.replicas !== ""
        ? words(figures.cpuMillis * form.replicas, figures.mebibytes * form.replicas)
        : null;
    },
    ofTyped: (form: WizardForm): Figures =>
      words((form.cpuCores === "" ? 0 : form.cpuCores) * 1000, form.memoryMib === "" ? 0 : form.memoryMib),
  };
}
