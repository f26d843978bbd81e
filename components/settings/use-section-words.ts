"use client";

import { useTranslations } from "use-intl";
import { isAutoscaled } from "#lib/apps/scaling-rules";
import { partsOf } from "#lib/apps/spec/traffic-policy-rules";
import type { AppSettings } from "#lib/apps/spec-schema";
import { useSizeWords } from "../fields/use-size-words.ts";
import { PROBE_ROLES } from "./probe-rules.ts";
import type { SectionId } from "./sections.ts";

/** Each section at a glance: what it says now, in words. */
export function useSectionWords(): Record<SectionId, (settings: AppSettings) => string> {
  const t = useTranslations("settings.words");
  const size = useSizeWords();
  const listed = (...parts: (string | false | null)[]) => parts.filter(Boolean).join(" · ");
  const or = (words: string, none: string) => (words === "" ? none : words);
  return {
    size: ({ resources: r }) =>
      t("size", {
        cpuRequest: size.cpu(r.cpuRequestMillis),
        cpuLimit: size.cpu(r.cpuLimitMillis),
        memoryRequest: size.memory(r.memoryRequestBytes),
        memoryLimit: size.memory(r.memoryLimitBytes),
      }),
    scale: ({ replicas, autoscaling }) => {
      if (autoscaling === null || !isAutoscaled({ replicas, autoscaling })) return t("replicas", { replicas });
      const { minReplicas: min, maxReplicas: max, cpuPercent, memoryPercent } = autoscaling;
      return listed(
        t("between", { min, max }),
        cpuPercent !== null && t("cpuPercent", { percent: cpuPercent }),
        memoryPercent !== null && t("memoryPercent", { percent: memoryPercent }),
      );
    },
    start: ({ command, args, env, files }) =>
      listed(
        or([...command, ...args].join(" "), t("asImageSays")),
        t("variables", { count: env.length }),
        files.length > 0 && t("files", { count: files.length }),
      ),
    ports: ({ ports }) => or(listed(...ports.map(({ name, port }) => `${name} ${port}`)), t("noPorts")),
    network: ({ meshMode, exposure }) =>
      listed(
        t(`mesh.${meshMode}`),
        exposure === null
          ? t("inside")
          : t(`gateway.${exposure.gatewayClass}`, {
              routes: exposure.routes.map(({ host, path }) => `${host}${path}`).join(", "),
            }),
      ),
    calls: ({ trafficPolicy }) =>
      or(listed(...partsOf(trafficPolicy).map((part) => t(`callsPart.${part}`))), t("callsPlain")),
    access: ({ access }) => {
      if (access === null) return t("anybody");
      const { callers, mtls } = access;
      const named = callers && [
        ...callers.services,
        ...callers.namespaces,
        ...(callers.gateway ? [t("itsGateway")] : []),
      ];
      return listed(
        named === null ? t("anybodyMeshed") : or(named.join(", "), t("nobody")),
        mtls === "strict" && t("strict"),
      );
    },
    egress: ({ egress }) => {
      if (egress === null) return t("callsAnything");
      const names = egress.hosts.map(({ name }) => name);
      return egress.reach === "declared"
        ? or(listed(...names), t("callsNowhere"))
        : listed(...names, t("callsAnythingElse"));
    },
    health: (settings) => {
      const asked = PROBE_ROLES.flatMap((role) => {
        const probe = settings[role];
        if (probe === null) return [];
        const what = t(`asks.${probe.type}`, {
          path: probe.type === "http" ? probe.path : "",
          port: probe.type === "exec" ? "" : String(probe.port),
        });
        return [t(`role.${role}`, { what })];
      });
      return or(
        listed(...asked),
        settings.ports[0] ? t("readyTcp", { port: String(settings.ports[0].port) }) : t("readyAtOnce"),
      );
    },
    storage: ({ volumes }) =>
      or(listed(...volumes.map(({ name, mountPath }) => `${name} → ${mountPath}`)), t("noVolumes")),
    rollout: ({ workload, strategy: s }) =>
      listed(
        workload.kind === "statefulset" && t("stateful"),
        s.type === "recreate"
          ? t("recreate")
          : t("rolling", { surge: String(s.maxSurge), missing: String(s.maxUnavailable) }),
        t("drain", { seconds: s.drainSeconds }),
      ),
    security: ({ security: s }) =>
      or(
        listed(
          s.runAsNonRoot && t("nonRoot"),
          s.runAsUser !== null && t("user", { id: String(s.runAsUser) }),
          s.readOnlyRootFilesystem && t("readOnlyRoot"),
          s.dropCapabilities.length > 0 && t("drops", { capabilities: s.dropCapabilities.join(", ") }),
          s.allowPrivilegeEscalation && t("escalates"),
        ),
        t("asImageSays"),
      ),
    placement: ({ placement: p }) =>
      or(
        listed(
          ...p.nodeSelector.map(({ name, value }) => `${name}=${value}`),
          p.tolerations.length > 0 && t("tolerations", { count: p.tolerations.length }),
          ...p.spread.map(({ over }) => t(`spread.${over}`)),
          p.antiAffinity !== "none" && t(`apart.${p.antiAffinity}`),
        ),
        t("anywhere"),
      ),
    logs: ({ logCollection: l }) =>
      l === null ? t("stdout") : t("alsoFiles", { files: `${l.directory}/${l.include}` }),
    labels: ({ podLabels, podAnnotations, hostAliases }) =>
      or(
        listed(
          podLabels.length > 0 && t("labels", { count: podLabels.length }),
          podAnnotations.length > 0 && t("annotations", { count: podAnnotations.length }),
          hostAliases.length > 0 && t("aliases", { count: hostAliases.length }),
        ),
        t("noLabels"),
      ),
  };
}
