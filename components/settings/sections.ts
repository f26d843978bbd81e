import type { AppSettings } from "#lib/apps/spec-schema";

/** The tab's sections in its order, and the parts of the settings that each edits; every part is here or in NOT_HERE. */
export const SECTIONS = {
  size: ["resources"],
  scale: ["replicas", "autoscaling"],
  start: ["command", "args", "env", "files"],
  ports: ["ports"],
  network: ["meshMode", "sidecar", "exposure"],
  calls: ["trafficPolicy"],
  access: ["access"],
  egress: ["egress"],
  health: ["startupProbe", "readinessProbe", "livenessProbe"],
  storage: ["volumes"],
  rollout: ["workload", "strategy"],
  security: ["security"],
  placement: ["placement"],
  logs: ["logCollection"],
  labels: ["podLabels", "podAnnotations", "hostAliases"],
} as const satisfies Record<string, readonly (keyof AppSettings)[]>;
export type SectionId = keyof typeof SECTIONS;
export const SECTION_IDS = Object.keys(SECTIONS) as SectionId[];

/** Parts that nobody edits, and configuration, which has a tab of its own. */
export const NOT_HERE: readonly (keyof AppSettings)[] = ["schemaVersion", "restartedAt", "config", "adopted"];
