"use client";

import { useFormatter } from "use-intl";

export type SizeWords = { cpu: string; memory: string };
const MEBIBYTE = 1024 ** 2;

/** Sizes as people read them: cores with at most three digits, memory in Mi or Gi. */
export function useSizeWords() {
  const format = useFormatter();
  const cpu = (millis: number): string => format.number(millis / 1000, { maximumFractionDigits: 3 });
  const memory = (bytes: number): string => {
    const mebibytes = bytes / MEBIBYTE;
    return mebibytes >= 1024 && mebibytes % 256 === 0
      ? `${format.number(mebibytes / 1024, { maximumFractionDigits: 2 })} Gi`
      : `${format.number(mebibytes, { maximumFractionDigits: 0 })} Mi`;
  };
  return {
    cpu,
    memory,
    of: (size: { cpuLimitMillis: number; memoryLimitBytes: number }): SizeWords => ({
      cpu: cpu(size.cpuLimitMillis),
      memory: memory(size.memoryLimitBytes),
    }),
  };
}
