"use client";

import { useTranslations } from "use-intl";
import type { AppSettings } from "#lib/apps/spec-schema";
import { useSizeWords } from "../fields/use-size-words.ts";
import type { SectionId } from "./sections.ts";

/** Each section at a glance: what it says now, in words. */
export function useSectionWords(): Record<SectionId, (settings: AppSettings) => string> {
  const t = useTranslations("settings.words");
  const size = useSizeWords();
  const listed = (parts: string[]) => parts.filter((part) => part !== "").join(" · ");
  return {
    size: ({ resources: r }) =>
      t("size", {
        cpuRequest: size.cpu(r.cpuRequestMillis),
        cpuLimit: size.cpu(r.cpuLimitMillis),
        memoryRequest: size.memory(r.memoryRequestBytes),
        memoryLimit: size.memory(r.memoryLimitBytes),
      }),
    scale: ({ replicas }) => t("replicas", { replicas }),
    start: ({ command, args, env }) =>
      listed([[...command, ...args].join(" ") || t("asImageSays"), t("variables", { count: env.length })]),
    ports: ({ ports }) => listed(ports.map(({ name, port }) => `${name} ${port}`)) || t("noPorts"),
    health: ({ readinessProbe: probe, ports }) => {
      if (probe) return t("readyHttp", { path: probe.path, port: String(probe.port) });
      return ports[0] ? t("readyTcp", { port: String(ports[0].port) }) : t("readyAtOnce");
    },
    rollout: ({ strategy: s }) => t("rolling", { surge: s.maxSurge, missing: s.maxUnavailable, drain: s.drainSeconds }),
  };
}
