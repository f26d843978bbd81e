import { z } from "zod";

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;
const cpuMillis = z.number().int().min(10).max(64_000);
const memoryBytes = z
  .number()
  .int()
  .min(16 * MEBIBYTE)
  .max(512 * GIBIBYTE);

export const specResources = z
  .object({
    cpuRequestMillis: cpuMillis,
    cpuLimitMillis: cpuMillis,
    memoryRequestBytes: memoryBytes,
    memoryLimitBytes: memoryBytes,
  })
  .refine((r) => r.cpuRequestMillis <= r.cpuLimitMillis, {
    path: ["cpuRequestMillis"],
    message: "resources.request-over-limit",
  })
  .refine((r) => r.memoryRequestBytes <= r.memoryLimitBytes, {
    path: ["memoryRequestBytes"],
    message: "resources.request-over-limit",
  });
export type SpecResources = z.infer<typeof specResources>;

/** Size presets of one pod; the request is half of the limit, so that a burst has room. */
export const RESOURCE_PRESETS = {
  small: {
    cpuRequestMillis: 125,
    cpuLimitMillis: 250,
    memoryRequestBytes: 128 * MEBIBYTE,
    memoryLimitBytes: 256 * MEBIBYTE,
  },
  medium: {
    cpuRequestMillis: 250,
    cpuLimitMillis: 500,
    memoryRequestBytes: 256 * MEBIBYTE,
    memoryLimitBytes: 512 * MEBIBYTE,
  },
  large: {
    cpuRequestMillis: 500,
    cpuLimitMillis: 1000,
    memoryRequestBytes: 512 * MEBIBYTE,
    memoryLimitBytes: GIBIBYTE,
  },
} as const satisfies Record<string, SpecResources>;
